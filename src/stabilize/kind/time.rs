//! Times.

/// The years in which a number of seconds or milliseconds is taken for a time: 2001 to 2099.
const EPOCH: std::ops::Range<u64> = 1_000_000_000..4_100_000_000;

/// The parts of an ISO 8601 time that say how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Iso<'a> {
    /// The text.
    pub text: &'a str,
    /// What stands between date and time, if there is a time: `T` or a space.
    separator: Option<u8>,
    /// How many fields of the time there are: hours and minutes, or seconds too.
    fields: u8,
    /// The digits of the fraction, without the point.
    pub fraction: &'a str,
    /// `Z`, an offset, or nothing.
    pub zone: &'a str,
    /// Whether colons are percent-encoded.
    encoded: bool,
}

/// How an ISO 8601 time is written, but for the precision of its fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsoFormat<'a> {
    separator: Option<u8>,
    fields: u8,
    zone: &'a str,
    encoded: bool,
    basic: bool,
}

/// Reads digits one after another.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// A number of so many digits that lies in a range.
    fn number(&mut self, digits: usize, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let text = self.rest().get(..digits)?;
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number = text.parse().ok().filter(|number| range.contains(number))?;
        self.at += digits;
        Some(number)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn digits(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

impl<'a> Iso<'a> {
    /// Reads a text that is a time as a whole.
    pub fn parse(text: &'a str) -> Option<Self> {
        let iso = Self::at_start(text)?;
        (iso.text.len() == text.len()).then_some(iso)
    }

    /// Reads the time at the start of a text: the longest that can be read.
    pub fn at_start(text: &'a str) -> Option<Self> {
        let mut cursor = Cursor { text, at: 0 };
        cursor.number(4, 1..=9999)?;
        let basic = !cursor.eat("-");
        cursor.number(2, 1..=12)?;
        if !basic && !cursor.eat("-") {
            return None;
        }
        cursor.number(2, 1..=31)?;
        let date = Self {
            text: &text[..cursor.at],
            separator: None,
            fields: 0,
            fraction: "",
            zone: "",
            encoded: false,
        };
        match Self::time(&mut cursor, basic) {
            Some(whole) => Some(whole),
            // Eight digits alone are no date.
            None if basic => None,
            None => Some(date),
        }
    }

    fn time(cursor: &mut Cursor<'a>, basic: bool) -> Option<Self> {
        let separator = cursor
            .peek()
            .filter(|byte| matches!(byte, b'T' | b't' | b' ' | b'_'))?;
        cursor.at += 1;
        cursor.number(2, 0..=24)?;
        let encoded = cursor.rest().starts_with('%');
        let colon = |cursor: &mut Cursor| match (basic, encoded) {
            (true, _) => cursor.peek().is_some_and(|byte| byte.is_ascii_digit()),
            (_, true) => cursor.eat("%3A") || cursor.eat("%3a"),
            (_, false) => cursor.eat(":"),
        };
        if !colon(cursor) {
            return None;
        }
        cursor.number(2, 0..=59)?;
        let mut fields = 2;
        let mut fraction = "";
        let before = cursor.at;
        if colon(cursor) && cursor.number(2, 0..=60).is_some() {
            fields = 3;
            let before = cursor.at;
            if cursor.eat(".") || cursor.eat(",") {
                fraction = cursor.digits();
                if fraction.is_empty() {
                    cursor.at = before;
                }
            }
        } else {
            cursor.at = before;
        }
        let zone = Self::zone(cursor);
        Some(Self {
            text: &cursor.text[..cursor.at],
            separator: Some(separator),
            fields,
            fraction,
            zone,
            encoded,
        })
    }

    fn zone(cursor: &mut Cursor<'a>) -> &'a str {
        let start = cursor.at;
        if cursor.eat("Z") || cursor.eat("z") || cursor.eat(" UTC") {
            return &cursor.text[start..cursor.at];
        }
        let signed = ["+", "-", "%2B", "%2b"].iter().any(|sign| cursor.eat(sign));
        if signed && cursor.number(2, 0..=14).is_some() {
            let hours = cursor.at;
            if !cursor.eat(":") && !cursor.eat("%3A") {
                cursor.eat("%3a");
            }
            if cursor.number(2, 0..=59).is_none() {
                cursor.at = hours;
            }
            return &cursor.text[start..cursor.at];
        }
        cursor.at = start;
        ""
    }

    /// How it is written.
    pub fn format(&self) -> IsoFormat<'a> {
        IsoFormat {
            separator: self.separator,
            fields: self.fields,
            zone: self.zone,
            encoded: self.encoded,
            basic: self.text.as_bytes().get(4) != Some(&b'-'),
        }
    }
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The length of the HTTP date at the start of a text, also with the dashes that cookies have.
pub fn http_date(text: &str) -> Option<usize> {
    DAYS.iter().find(|day| text.starts_with(**day))?;
    let mut cursor = Cursor { text, at: 3 };
    if !cursor.eat(", ") {
        return None;
    }
    cursor.number(2, 1..=31)?;
    let dash = match cursor.peek()? {
        b' ' => " ",
        b'-' => "-",
        _ => return None,
    };
    cursor.eat(dash);
    let month = cursor.rest().get(..3)?;
    MONTHS.contains(&month).then_some(())?;
    cursor.at += 3;
    cursor.eat(dash).then_some(())?;
    cursor.number(4, 1..=9999)?;
    cursor.eat(" ").then_some(())?;
    cursor.number(2, 0..=23)?;
    cursor.eat(":").then_some(())?;
    cursor.number(2, 0..=59)?;
    cursor.eat(":").then_some(())?;
    cursor.number(2, 0..=60)?;
    for zone in [" GMT", " UTC", " +0000", " -0000"] {
        if cursor.eat(zone) {
            return Some(cursor.at);
        }
    }
    None
}

/// Whether decimal digits are seconds since 1970.
pub fn is_epoch_seconds(digits: &str) -> bool {
    digits.len() == 10 && digits.parse().is_ok_and(|number| EPOCH.contains(&number))
}

/// Whether decimal digits are milliseconds since 1970.
pub fn is_epoch_milliseconds(digits: &str) -> bool {
    digits.len() == 13
        && digits
            .parse()
            .is_ok_and(|number: u64| EPOCH.contains(&(number / 1000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_to_their_end() {
        for (text, fraction, zone) in [
            ("2020-03-10T05:57:38.583871Z", "583871", "Z"),
            ("2020-03-10T05:57:38Z", "", "Z"),
            ("2020-03-10T05:57:38+02:00", "", "+02:00"),
            ("2020-03-10T05:57:38.5-0700", "5", "-0700"),
            ("2020-03-10 05:57:38.123456 UTC", "123456", " UTC"),
            ("2020-03-10T05:57", "", ""),
            ("2020-03-10", "", ""),
            ("20200310T055738Z", "", "Z"),
            ("2020-03-10T05%3A57%3A38%2B00%3A00", "", "%2B00%3A00"),
        ] {
            let iso = Iso::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((iso.fraction, iso.zone), (fraction, zone), "{text}");
        }
        for no in ["2020-13-10", "2020-03-1", "20200310", "1.2.3", "2020"] {
            assert!(Iso::parse(no).is_none(), "{no}");
        }
    }

    #[test]
    fn a_lost_zone_is_another_format_and_a_shorter_fraction_is_not() {
        let format = |text| Iso::parse(text).unwrap().format();
        let zulu = format("2020-03-10T05:57:38.583871Z");
        assert_eq!(zulu, format("2021-01-01T00:00:00.5Z"));
        assert_ne!(zulu, format("2020-03-10T05:57:38.583871"));
        assert_ne!(zulu, format("2020-03-10T05:57:38.583871+00:00"));
        assert_ne!(zulu, format("2020-03-10 05:57:38.583871Z"));
        assert_ne!(zulu, format("2020-03-10"));
    }

    #[test]
    fn dates_of_headers_and_cookies_are_known() {
        assert_eq!(http_date("Sun, 22 Nov 2026 20:45:37 GMT; x"), Some(29));
        assert_eq!(http_date("Sun, 22-Nov-2026 20:45:37 GMT"), Some(29));
        assert_eq!(http_date("Sun, 22 Now 2026 20:45:37 GMT"), None);
        assert_eq!(http_date("Sunday"), None);
    }

    #[test]
    fn small_and_large_numbers_are_no_times() {
        assert!(is_epoch_seconds("1583733600"));
        assert!(is_epoch_milliseconds("1795380338063"));
        assert!(!is_epoch_seconds("9999999999"));
        assert!(!is_epoch_milliseconds("1583733600"));
    }
}
