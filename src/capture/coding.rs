//! Content codings (RFC 9110, section 8.4.1): a body as it was before the server compressed it.

use std::io::{self, Read};

use brotli_decompressor::Decompressor;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

use super::error::Fault;
use crate::document::Headers;

/// The largest window of zstd, in bytes: what RFC 9659 asks of everybody who decodes `Content-Encoding`.
const ZSTD_WINDOW: u64 = 8 * 1024 * 1024;

/// A response with more codings than that means no good.
const MAX_CODINGS: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// Why a body cannot be decoded.
#[derive(Debug)]
pub(super) enum Undecodable {
    /// It is larger than the limit when decoded.
    TooLarge,
    /// It is not what `Content-Encoding` says.
    Fault(Fault),
}

/// The codings that a response names, in the order in which they were applied.
fn codings(headers: &Headers) -> Result<Vec<Coding>, Undecodable> {
    let named = headers
        .iter()
        .filter(|header| header.is("Content-Encoding"))
        .flat_map(|header| header.value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity");
    let mut codings = Vec::new();
    for name in named {
        codings.push(match name.as_str() {
            "gzip" | "x-gzip" => Coding::Gzip,
            "deflate" => Coding::Deflate,
            "br" => Coding::Brotli,
            "zstd" => Coding::Zstd,
            _ => {
                let fault = Fault::new(format!(
                    "the body has the Content-Encoding {name:?}, which we cannot decode"
                ));
                return Err(Undecodable::Fault(fault.with_help(
                    "we decode gzip, deflate, br and zstd; let the server send one of these",
                )));
            }
        });
    }
    if codings.len() > MAX_CODINGS {
        let message = format!("the body has more than {MAX_CODINGS} codings");
        return Err(Undecodable::Fault(Fault::new(message)));
    }
    Ok(codings)
}

/// Whether the body is coded, so that its length on the wire is not that of what is shown.
pub(super) fn is_coded(headers: &Headers) -> bool {
    codings(headers).is_ok_and(|codings| !codings.is_empty())
}

/// The body without its codings, at most `max` bytes; `None` where it has none.
pub(super) fn decode(
    headers: &Headers,
    body: &[u8],
    max: u64,
) -> Result<Option<Vec<u8>>, Undecodable> {
    if body.is_empty() {
        return Ok(None);
    }
    let mut decoded: Option<Vec<u8>> = None;
    for coding in codings(headers)?.into_iter().rev() {
        let coded = decoded.as_deref().unwrap_or(body);
        decoded = Some(read(coding, coded, max).map_err(|error| {
            let Some(error) = error else {
                return Undecodable::TooLarge;
            };
            let name = coding.name();
            let message = format!("the body is not the {name} that Content-Encoding says: {error}");
            Undecodable::Fault(Fault::new(message).with_help("see what the server sends"))
        })?);
    }
    Ok(decoded)
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }
}

/// `None` in the place of an error means that there is more than `max`.
fn read(coding: Coding, body: &[u8], max: u64) -> Result<Vec<u8>, Option<io::Error>> {
    let mut out = Vec::new();
    match coding {
        Coding::Gzip => take(MultiGzDecoder::new(body), max, &mut out),
        // The name means the zlib format; some servers send bare deflate data all the same.
        Coding::Deflate if is_zlib(body) => take(ZlibDecoder::new(body), max, &mut out),
        Coding::Deflate => take(DeflateDecoder::new(body), max, &mut out),
        Coding::Brotli => take(Decompressor::new(body, 4096), max, &mut out),
        Coding::Zstd => zstd(body, max, &mut out),
    }?;
    Ok(out)
}

/// Whether data begins with a header of zlib (RFC 1950, section 2.2).
fn is_zlib(data: &[u8]) -> bool {
    match data {
        [method, flags, ..] => {
            method & 0x0f == 8 && (u16::from(*method) * 256 + u16::from(*flags)).is_multiple_of(31)
        }
        _ => false,
    }
}

/// Every frame, one after the other (RFC 8878, section 3.1).
fn zstd(mut body: &[u8], max: u64, out: &mut Vec<u8>) -> Result<(), Option<io::Error>> {
    while !body.is_empty() {
        let frame = StreamingDecoder::new_with_max_window_size(&mut body, ZSTD_WINDOW)
            .map_err(|error| Some(io::Error::other(error.to_string())))?;
        take(frame, max, out)?;
    }
    Ok(())
}

fn take(reader: impl Read, max: u64, out: &mut Vec<u8>) -> Result<(), Option<io::Error>> {
    let left = max.saturating_sub(out.len() as u64).saturating_add(1);
    reader.take(left).read_to_end(out).map_err(Some)?;
    if out.len() as u64 > max {
        return Err(None);
    }
    Ok(())
}

/// The names of ASCII (RFC 1345) that the Encoding standard knows.
const ASCII: [&str; 3] = ["us-ascii", "ascii", "ansi_x3.4-1968"];

/// A body as text, in the charset that its media type names; `Ok(None)` where it names none and the
/// bytes are not UTF-8.
pub(super) fn text(media_type: &str, body: &[u8]) -> Result<Option<String>, Fault> {
    let (whole, body) = (body, without_mark(media_type, body));
    let Some(label) = charset(media_type) else {
        return Ok(std::str::from_utf8(body).ok().map(str::to_owned));
    };
    if let Some(text) = utf_32(&label, body) {
        return text.map(Some).ok_or_else(|| other_charset(&label, None));
    }
    // The standard takes it for windows-1252; what others make of such bytes is chance.
    if ASCII.contains(&label.as_str())
        && let Some(at) = body.iter().position(|byte| !byte.is_ascii())
    {
        return Err(other_charset(&label, Some(at)));
    }
    // A registered name that the standard lacks.
    let known = match label.as_str() {
        "latin-9" | "latin9" => "iso-8859-15",
        label => label,
    };
    let Some(encoding) = Encoding::for_label(known.as_bytes()) else {
        let message = format!("the media type names the charset {label:?}, which we do not know");
        return Err(Fault::new(message).with_help(
            "let the server name UTF-8, UTF-16, UTF-32 or another one of the WHATWG Encoding standard",
        ));
    };
    let (encoding, body) = by_mark(encoding, body);
    match encoding.decode_without_bom_handling_and_without_replacement(body) {
        Some(text) => Ok(Some(text.into_owned())),
        None => {
            let fault = (encoding == UTF_8)
                .then(|| std::str::from_utf8(whole).err())
                .flatten();
            Err(other_charset(
                &label,
                fault.map(|fault| fault.valid_up_to()),
            ))
        }
    }
}

/// That a body is of another charset than that of its media type, as a byte of it shows.
fn other_charset(label: &str, at: Option<usize>) -> Fault {
    let place = at.map_or_else(String::new, |at| format!(" (byte {} of the body)", at + 1));
    Fault::new(format!(
        "the body is not {label}, the charset that its media type names{place}"
    ))
    .with_help("let the server name the charset that it writes")
}

/// A body without the byte order mark of UTF-8, where it is read as UTF-8: a signature, and none of the text (Unicode,
/// section 23.8; RFC 3629, section 6).
pub(super) fn without_mark<'b>(media_type: &str, body: &'b [u8]) -> &'b [u8] {
    let is_utf_8 = charset(media_type)
        .is_none_or(|label| Encoding::for_label(label.as_bytes()) == Some(UTF_8));
    match body.strip_prefix(b"\xef\xbb\xbf") {
        Some(text) if is_utf_8 => text,
        _ => body,
    }
}

/// Text of UTF-16 without its byte order mark, which says how it is written, whatever the name does (RFC 2781,
/// section 3.2; the Encoding standard). In any other encoding those bytes are text.
fn by_mark<'b>(encoding: &'static Encoding, body: &'b [u8]) -> (&'static Encoding, &'b [u8]) {
    match Encoding::for_bom(body) {
        Some((marked, length)) if is_utf_16(encoding) && is_utf_16(marked) => {
            (marked, body.get(length..).unwrap_or_default())
        }
        _ => (encoding, body),
    }
}

fn is_utf_16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// Text of UTF-32, which the Encoding standard leaves out (Unicode, section 3.10): `None` where the label names another
/// charset, `Some(None)` where the bytes are none. Without a mark and a name that says otherwise, the high byte is first.
fn utf_32(label: &str, body: &[u8]) -> Option<Option<String>> {
    let little = match label {
        "utf-32" | "utf-32be" => false,
        "utf-32le" => true,
        _ => return None,
    };
    let (little, body) = match body {
        [0xff, 0xfe, 0, 0, rest @ ..] => (true, rest),
        [0, 0, 0xfe, 0xff, rest @ ..] => (false, rest),
        body => (little, body),
    };
    let (units, rest) = body.as_chunks::<4>();
    if !rest.is_empty() {
        return Some(None);
    }
    let number = |unit: &[u8; 4]| match little {
        true => u32::from_le_bytes(*unit),
        false => u32::from_be_bytes(*unit),
    };
    Some(
        units
            .iter()
            .map(|unit| char::from_u32(number(unit)))
            .collect(),
    )
}

/// The `charset` parameter of a media type (RFC 9110, section 8.3.1), in lower case.
pub(super) fn charset(media_type: &str) -> Option<String> {
    media_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"').to_ascii_lowercase();
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    fn headers(coding: &str) -> Headers {
        Headers::from_lines([format!("Content-Encoding: {coding}")])
    }

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn told(coding: &str, body: &[u8]) -> String {
        match decode(&headers(coding), body, 1000) {
            Err(Undecodable::Fault(fault)) => fault.message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn codings_are_undone_the_last_one_first() {
        let data = b"hello hello hello".to_vec();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(&data).unwrap();
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::best());
        bare.write_all(&data).unwrap();
        for (coding, body) in [
            ("gzip", gzip(&data)),
            ("X-GZIP", gzip(&data)),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", bare.finish().unwrap()),
            ("gzip, gzip", gzip(&gzip(&data))),
            ("identity", data.clone()),
        ] {
            let decoded = decode(&headers(coding), &body, 1000).unwrap();
            assert_eq!(decoded.unwrap_or(body), data, "{coding}");
        }
        let twice = [gzip(b"a"), gzip(b"b")].concat();
        assert_eq!(decode(&headers("gzip"), &twice, 9).unwrap().unwrap(), b"ab");
    }

    #[test]
    fn the_limit_holds_for_what_comes_out() {
        let body = gzip(&[b'x'; 1001]);
        let fits = decode(&headers("gzip"), &body, 1001).unwrap();
        assert_eq!(fits.unwrap().len(), 1001);
        let result = decode(&headers("gzip"), &body, 1000);
        assert!(matches!(result, Err(Undecodable::TooLarge)));
    }

    #[test]
    fn what_is_not_coded_as_it_says_is_told() {
        assert!(told("gzip", b"hello").contains("is not the gzip that"));
        assert!(told("gzip", &gzip(b"hello")[..15]).contains("is not the gzip that"));
        assert!(told("br", b"\xff\xff\xff\xff").contains("is not the br that"));
        assert!(told("zstd", b"hello").contains("is not the zstd that"));
        assert!(told("compress", b"x").contains("\"compress\", which we cannot decode"));
        assert!(told("gzip,gzip,gzip,gzip,gzip", b"x").contains("more than 4"));
    }

    #[test]
    fn the_charset_of_the_media_type_counts() {
        let of = |media_type: &str, body: &[u8]| text(media_type, body);
        assert_eq!(
            of("text/plain; charset=ISO-8859-1", b"\xe9"),
            Ok(Some("é".to_owned()))
        );
        assert_eq!(
            of("text/plain;charset=\"utf-16le\"", b"h\0i\0"),
            Ok(Some("hi".to_owned()))
        );
        assert_eq!(
            of("text/plain;charset=shift_jis", b"\x82\xa0"),
            Ok(Some("あ".to_owned()))
        );
        assert_eq!(of("text/plain", b"\xe9"), Ok(None));
        assert_eq!(of("text/csv", b"\xef\xbb\xbfhi"), Ok(Some("hi".to_owned())));
        assert_eq!(
            of("text/csv; charset=latin1", b"\xef\xbb\xbf"),
            Ok(Some("ï»¿".to_owned()))
        );
        // A byte order mark says how UTF-16 and UTF-32 are written, and is no text.
        for (charset, body) in [
            ("\"UTF-16\"", b"\xfe\xff\0h\0i".as_slice()),
            ("utf-16", b"\xff\xfeh\0i\0"),
            ("utf-16be", b"\xfe\xff\0h\0i"),
            ("utf-16be", b"\0h\0i"),
            ("utf-16le", b"\xfe\xff\0h\0i"),
            ("utf-32", b"\xff\xfe\0\0h\0\0\0i\0\0\0"),
            ("utf-32", b"\0\0\xfe\xff\0\0\0h\0\0\0i"),
            ("utf-32be", b"\0\0\0h\0\0\0i"),
            ("utf-32le", b"h\0\0\0i\0\0\0"),
            ("utf-8", b"\xef\xbb\xbfhi"),
            ("latin9", b"hi"),
        ] {
            let media_type = format!("text/plain; charset={charset}");
            assert_eq!(
                of(&media_type, body),
                Ok(Some("hi".to_owned())),
                "{charset}"
            );
        }
        for body in [b"h\0\0".as_slice(), b"\0\0\xd8\0", b"\xff\xff\xff\xff"] {
            let wrong = of("text/plain; charset=utf-32", body).unwrap_err().message;
            assert!(wrong.contains("not utf-32"), "{wrong}");
        }
        assert_eq!(
            of("text/plain; charset=iso-8859-1", b"\xff\xfe"),
            Ok(Some("ÿþ".to_owned()))
        );
        let wrong = of("text/plain; charset=utf-8", b"ab\xe9")
            .unwrap_err()
            .message;
        assert!(
            wrong.contains("not utf-8") && wrong.contains("byte 3"),
            "{wrong}"
        );
        let wrong = of("text/plain; charset=us-ascii", "caf\u{e9}".as_bytes());
        let wrong = wrong.unwrap_err().message;
        assert!(
            wrong.contains("is not us-ascii") && wrong.contains("byte 4"),
            "{wrong}"
        );
        let unknown = of("text/plain; charset=klingon", b"x").unwrap_err().message;
        assert!(unknown.contains("klingon"), "{unknown}");
    }
}
