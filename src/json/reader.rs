//! Strict reading: what `serde_json` lets pass (duplicate keys, its own reserved key) is a fault too.

use serde::Deserialize;
use serde_json::Value;

use super::{spans, strict, words};

/// The deepest nesting that is read, in levels. Everything that walks a value recurses once a level: threads that
/// do so have a stack of [`STACK_SIZE`].
pub const MAX_DEPTH: usize = 1_000;

/// The stack, in bytes, of a thread on which values of [`MAX_DEPTH`] levels are worked on, also without optimisation.
pub const STACK_SIZE: usize = 64 * 1024 * 1024;

/// The largest file that is read, in bytes.
pub const MAX_SIZE: usize = 64 * 1024 * 1024;

/// The key under which `serde_json` hides numbers of arbitrary precision: an object with it would be read as a number.
pub(crate) const RESERVED_KEY: &str = "$serde_json::private::Number";

/// Some editors put it in front of a text.
pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

/// What is wrong with a text that is not JSON as we read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Not JSON.
    Syntax,
    /// A comma behind the last item or member.
    TrailingComma,
    /// Half of a surrogate pair, as an escape: no character.
    LoneSurrogate,
    /// Not UTF-8.
    Encoding,
    /// Begins with a byte order mark.
    ByteOrderMark,
    /// Nested deeper than [`MAX_DEPTH`].
    Depth,
    /// Larger than [`MAX_SIZE`].
    Size,
    /// A key stands twice in one object.
    DuplicateKey,
    /// A key that the JSON library would misread.
    ReservedKey,
}

/// Why a text is not JSON that we read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault.
    pub kind: FaultKind,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The byte in the text.
    pub offset: usize,
}

impl Fault {
    pub(super) fn new(kind: FaultKind, offset: usize, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            help: None,
            offset,
        }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Reads bytes: UTF-8 without a byte order mark, then as [`parse`].
pub fn parse_bytes(bytes: &[u8]) -> Result<Value, Fault> {
    parse(text(bytes)?)
}

/// Reads bytes as a text: UTF-8, not more than [`MAX_SIZE`].
pub fn text(bytes: &[u8]) -> Result<&str, Fault> {
    if bytes.len() > MAX_SIZE {
        return Err(Fault::new(
            FaultKind::Size,
            0,
            "the file has more than 64 MiB, which is the most that is read",
        )
        .with_help("let the scenario ask for less: nobody reads an example of that size"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        Fault::new(
            FaultKind::Encoding,
            error.valid_up_to(),
            "the file is not UTF-8",
        )
        .with_help("save it as UTF-8")
    })
}

/// Reads one JSON text (RFC 8259). Digits of numbers survive.
///
/// # Errors
/// A byte order mark, a syntax error, a duplicate key, too deep a nesting, and the key by which
/// `serde_json` marks its numbers.
pub fn parse(text: &str) -> Result<Value, Fault> {
    if text.starts_with(BYTE_ORDER_MARK) {
        return Err(byte_order_mark());
    }
    if let Some(value) = strict::read(text) {
        return Ok(value);
    }
    match spans::check(text) {
        Ok(()) => read(text),
        // Where a quote or bracket is missing, what looks like a key may be none.
        Err(fault) if fault.kind == FaultKind::DuplicateKey => match read(text) {
            Ok(_) => Err(fault),
            Err(syntax) => Err(syntax),
        },
        Err(fault) => Err(fault),
    }
}

/// The fault that a text begins with one.
pub(super) fn byte_order_mark() -> Fault {
    Fault::new(
        FaultKind::ByteOrderMark,
        0,
        "the file begins with a byte order mark",
    )
    .with_help("save it as UTF-8 without a byte order mark")
}

/// Of a text that is not too deep. Of a key that stands twice, the last value counts.
pub(super) fn read(text: &str) -> Result<Value, Fault> {
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.disable_recursion_limit();
    let value = Value::deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| from_serde(text, &error))
}

/// Our scanner is lenient about what `serde_json` checks itself; its place is taken, and its message put into words.
fn from_serde(text: &str, error: &serde_json::Error) -> Fault {
    let offset = offset_of(text, error.line(), error.column());
    let mut message = error.to_string();
    if let Some(end) = message.rfind(" at line ") {
        message.truncate(end);
    }
    words::fault(text, offset, &message)
}

/// The byte offset of a line and column (in bytes, from 1) as `serde_json` counts them.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let mut offset = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (FaultKind, usize) {
        let fault = parse(text).unwrap_err();
        (fault.kind, fault.offset)
    }

    #[test]
    fn digits_survive() {
        let text = r#"[1.0,18446744073709551616,0.1000,-0]"#;
        assert_eq!(parse(text).unwrap().to_string(), text);
    }

    #[test]
    fn faults_have_their_place() {
        assert_eq!(
            fault(r#"{"a":1,"b":{"c":1,"c":2}}"#),
            (FaultKind::DuplicateKey, 18)
        );
        assert_eq!(fault(r#"{"a":1,"\u0061":2}"#), (FaultKind::DuplicateKey, 7));
        assert_eq!(fault("[1, \n]"), (FaultKind::TrailingComma, 2));
        assert_eq!(fault("\u{feff}[]"), (FaultKind::ByteOrderMark, 0));
        // The brace that is missing is the cause, the key that seems doubled its effect.
        assert_eq!(fault(r#"[{"a":1,{"a":2}]"#).0, FaultKind::Syntax);
        assert_eq!(fault("").0, FaultKind::Syntax);
        assert_eq!(fault("[\n\"é\", nul]").0, FaultKind::Syntax);
        let deep = "[".repeat(100_000);
        assert_eq!(fault(&deep), (FaultKind::Depth, MAX_DEPTH));
        assert_eq!(
            fault(r#"{"$serde_json::private::Number":"1"}"#).0,
            FaultKind::ReservedKey
        );
        assert_eq!(parse_bytes(b"[\"\xff\"]").unwrap_err().offset, 2);
    }

    #[test]
    fn the_deepest_nesting_is_read() {
        std::thread::Builder::new()
            .stack_size(STACK_SIZE)
            .spawn(|| {
                let text = "[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH);
                assert!(parse(&text).is_ok());
                assert_eq!(fault(&format!("[{text}]")), (FaultKind::Depth, MAX_DEPTH));
            })
            .unwrap()
            .join()
            .unwrap();
    }
}
