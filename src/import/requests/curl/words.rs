//! Command lines as the words that a shell makes of them.

use shell_words::ParseError;

/// The commands of a text.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Commands {
    /// The words behind `curl`, of each.
    pub curl: Vec<Vec<String>>,
    /// How many lines begin with another command.
    pub others: usize,
}

/// What ends a command; `>` begins what is no part of the request any more.
const ENDS: [&str; 7] = ["|", "||", "&&", ";", "&", ">", "2>"];

/// The mark of an end of a line, which no shell gives for a word.
const END_OF_LINE: &str = "\0";

/// What may stand in front of a command and says nothing of it.
const BEFORE: [&str; 5] = ["$", "%", "sudo", "time", "env"];

/// Takes a text apart: a command ends with its line, unless that ends with a backslash or an option comes next.
pub(super) fn commands(text: &str) -> Result<Commands, ParseError> {
    let mut commands = Commands::default();
    let mut skipping = true;
    let mut begins = true;
    for word in shell_words::split(&plain_quotes(text))? {
        let is_assignment = word
            .split_once('=')
            .is_some_and(|(name, _)| crate::import::naming::is_identifier(name));
        if word == END_OF_LINE {
            skipping = true;
            begins = true;
        } else if word == "curl" || word.ends_with("/curl") || word == "curl.exe" {
            commands.curl.push(Vec::new());
            skipping = false;
            begins = false;
        } else if ENDS.contains(&word.as_str()) {
            skipping = true;
        } else if begins && !is_assignment && !BEFORE.contains(&word.as_str()) {
            commands.others += 1;
            begins = false;
        } else if let Some(command) = commands.curl.last_mut().filter(|_| !skipping) {
            // The end of a command may stand right behind a word; within quotes it is part of what is sent.
            let plain = word.starts_with('-') || word.contains("://");
            let end = word.strip_suffix(';').filter(|_| plain);
            skipping = end.is_some();
            command.push(end.map_or_else(|| word.clone(), str::to_owned));
        }
    }
    Ok(commands)
}

/// `$'…'` (ANSI-C quoting of shells) as ordinary quotes, which browsers write, and marks where lines end.
fn plain_quotes(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    let mut quote: Option<char> = None;
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '$') if chars.peek() == Some(&'\'') => {
                chars.next();
                out.push('\'');
                while let Some(c) = chars.next().filter(|c| *c != '\'') {
                    let c = if c == '\\' { escape(&mut chars) } else { c };
                    match c {
                        '\'' => out.push_str("'\\''"),
                        c => out.push(c),
                    }
                }
                out.push('\'');
                continue;
            }
            (None, '\n') => {
                let rest: String = chars.clone().take_while(|c| c.is_whitespace()).collect();
                let next = chars.clone().nth(rest.chars().count());
                out.push('\n');
                if next != Some('-') {
                    out.push_str(&format!("{END_OF_LINE} "));
                }
                continue;
            }
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None | Some('"'), '\\') => {
                out.push(c);
                if let Some(next) = chars.next() {
                    // A command line copied on Windows ends its lines so.
                    match (next, chars.peek()) {
                        ('\r', Some('\n')) => {}
                        _ => out.push(next),
                    }
                }
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

fn escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> char {
    let most = match chars.next() {
        Some('n') => return '\n',
        Some('t') => return '\t',
        Some('r') => return '\r',
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        Some(c) => return c,
        None => return '\\',
    };
    let mut code = 0;
    for _ in 0..most {
        let Some(digit) = chars.peek().and_then(|c| c.to_digit(16)) else {
            break;
        };
        code = code * 16 + digit;
        chars.next();
    }
    char::from_u32(code).unwrap_or('\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (Vec<String>, usize) {
        let commands = commands(text).unwrap();
        let joined = commands.curl.iter().map(|words| words.join(" "));
        (joined.collect(), commands.others)
    }

    #[test]
    fn a_command_ends_with_its_line() {
        let text = "curl /a # one\nwget /b\n$ A=1 curl /c \\\n  -d x | jq .\n\ncurl /d\n  -H 'a: b\nc' && rm x\n# curl /e\n";
        let expected = ["/a", "/c -d x", "/d -H a: b\nc"];
        assert_eq!(split(text), (expected.map(str::to_owned).to_vec(), 1));
        assert!(commands("curl 'x").is_err());
    }
}
