//! Times as moments, and moments as days of a fixed calendar.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::Offset};

use super::kind::{Kind, identity, time};

/// Moments that lie no further apart are one: those of one capture, on a slow machine too. No common time-out lies near.
const CLOSE: i64 = 200;

/// The first day of the calendar: 2020-01-01T12:00:00Z.
const NOON: i64 = 1_577_880_000;

const DAY: i64 = 86_400;

/// When a time is, in seconds since 1970; one without a zone is taken for UTC.
pub(super) fn moment(kind: Kind, text: &str) -> Option<i64> {
    match kind {
        Kind::EpochSeconds => text.parse().ok(),
        Kind::EpochMilliseconds => text.parse::<i64>().ok().map(|time| time / 1000),
        Kind::EpochFloat => text.split('.').next()?.parse().ok(),
        Kind::HttpDate => {
            let parsed = jiff::fmt::rfc2822::parse(text).ok();
            parsed.map(|time| time.timestamp().as_second())
        }
        Kind::Iso8601 => iso(text),
        Kind::Cursor => {
            let number = number(text);
            moment(cursor_time(number)?, number)
        }
        _ => None,
    }
}

/// What a cursor counts from, without its offset and direction.
fn number(cursor: &str) -> &str {
    &cursor[..cursor.len() - identity::cursor_tail(cursor).len()]
}

/// Whether the number of a cursor is a time: as what it is written.
fn cursor_time(number: &str) -> Option<Kind> {
    if time::is_epoch_milliseconds(number) {
        Some(Kind::EpochMilliseconds)
    } else {
        time::is_epoch_seconds(number).then_some(Kind::EpochSeconds)
    }
}

/// Whether two values of a kind are times so close to one another that they may have been one.
pub(super) fn are_close(kind: Kind, one: &str, other: &str) -> bool {
    match (moment(kind, one), moment(kind, other)) {
        (Some(one), Some(other)) => one.abs_diff(other) <= CLOSE.unsigned_abs(),
        _ => false,
    }
}

fn iso(text: &str) -> Option<i64> {
    let text = text.replace("%3A", ":").replace("%3a", ":");
    let date_end = if text.as_bytes().get(4) == Some(&b'-') {
        10
    } else {
        8
    };
    let (date, rest) = (text.get(..date_end)?, text.get(date_end..)?);
    let digits: String = date.chars().filter(char::is_ascii_digit).collect();
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
    let small = |value: i16| i8::try_from(value).ok();
    let date = Date::new(part(0, 4)?, small(part(4, 6)?)?, small(part(6, 8)?)?).ok()?;
    let zone_at = rest
        .get(1..)
        .and_then(|rest| rest.find(['Z', 'z', '+', '-']))
        .map_or(rest.len(), |at| at + 1);
    let (time, zone) = rest.split_at(zone_at);
    let whole = time.split(['.', ',']).next().unwrap_or_default();
    let time: String = whole.chars().filter(char::is_ascii_digit).collect();
    let field = |at: usize| {
        time.get(at..at + 2)
            .map_or(Some(0), |text| text.parse::<i8>().ok())
    };
    let at = DateTime::from_parts(
        date,
        jiff::civil::Time::new(field(0)?, field(2)?, field(4)?.min(59), 0).ok()?,
    );
    let utc = Offset::UTC.to_timestamp(at).ok()?.as_second();
    let offset: String = zone.chars().filter(char::is_ascii_digit).collect();
    let number = |from: usize| {
        offset
            .get(from..from + 2)
            .map_or(Some(0), |text| text.parse::<i64>().ok())
    };
    let offset = number(0)? * 3600 + number(2)? * 60;
    Some(if zone.starts_with('-') {
        utc + offset
    } else {
        utc - offset
    })
}

/// The day of each moment, from 0: later ones have later days, close ones the same.
pub(super) fn days(moments: &BTreeSet<i64>) -> BTreeMap<i64, i64> {
    let mut days = BTreeMap::new();
    let (mut day, mut last) = (0, None);
    for moment in moments {
        if last.is_some_and(|last| moment - last > CLOSE) {
            day += 1;
        }
        days.insert(*moment, day);
        last = Some(*moment);
    }
    days
}

/// A moment so many seconds behind the first one of the calendar, as a time of that kind is written.
pub(super) fn write_behind(kind: Kind, like: &str, seconds: i64) -> Option<String> {
    write_at(kind, like, NOON + seconds)
}

/// A day of the calendar as a time of that kind is written.
pub(super) fn write(kind: Kind, like: &str, day: i64) -> Option<String> {
    write_at(kind, like, NOON + day * DAY)
}

/// A moment as a time of that kind is written.
fn write_at(kind: Kind, like: &str, seconds: i64) -> Option<String> {
    let at = Offset::UTC.to_datetime(Timestamp::from_second(seconds).ok()?);
    Some(match kind {
        Kind::EpochSeconds => seconds.to_string(),
        Kind::EpochMilliseconds => (seconds * 1000).to_string(),
        Kind::EpochFloat => format!("{seconds}.5"),
        Kind::HttpDate => at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        Kind::Iso8601 => written_like(like, &at.strftime("%Y%m%d%H%M%S").to_string()),
        Kind::Cursor => {
            let written = write_at(cursor_time(number(like))?, number(like), seconds)?;
            written + identity::cursor_tail(like)
        }
        _ => return None,
    })
}

/// Digits in the place of those of a time. Zeros at the end of a fraction may have been cut off: it has 3, 6 or 9.
fn written_like(like: &str, digits: &str) -> String {
    let mut digits = digits.chars();
    let mut out = String::new();
    let mut rest = like.chars().peekable();
    let (mut count, mut fraction) = (0, None);
    while let Some(&character) = rest.peek() {
        if let Some(length) = &mut fraction {
            if character.is_ascii_digit() {
                *length += 1;
                rest.next();
                continue;
            }
            break;
        }
        rest.next();
        match character {
            '%' => {
                out.push(character);
                out.extend(rest.by_ref().take(2));
            }
            '0'..='9' => {
                count += 1;
                out.push(digits.next().unwrap_or(character));
            }
            '.' | ',' => {
                out.push(character);
                fraction = Some(0_usize);
            }
            // Behind the date, these begin a zone.
            'Z' | 'z' | '+' => {
                out.push(character);
                break;
            }
            '-' if count > 8 => {
                out.push(character);
                break;
            }
            _ => out.push(character),
        }
    }
    if let Some(length) = fraction {
        out.push_str(&"0".repeat(length.div_ceil(3).max(1) * 3));
    }
    out.extend(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_moments_in_every_spelling() {
        for text in [
            "2020-03-10T05:57:38Z",
            "2020-03-10T05:57:38.386005Z",
            "2020-03-10 06:57:38+01:00",
            "20200310T055738Z",
            "2020-03-10T05%3A57%3A38",
            "2020-03-09T23:57:38-0600",
        ] {
            assert_eq!(moment(Kind::Iso8601, text), Some(1_583_819_858), "{text}");
        }
        assert_eq!(
            moment(Kind::HttpDate, "Tue, 10 Mar 2020 05:57:38 GMT"),
            Some(1_583_819_858)
        );
        assert_eq!(
            moment(Kind::EpochMilliseconds, "1583819858583"),
            Some(1_583_819_858)
        );
    }

    #[test]
    fn spellings_stay() {
        for (kind, like, expected) in [
            (
                Kind::Iso8601,
                "2026-03-10T05:57:38.38Z",
                "2020-01-02T12:00:00.000Z",
            ),
            (
                Kind::Iso8601,
                "2026-03-10 05:57:38.386005+01:00",
                "2020-01-02 12:00:00.000000+01:00",
            ),
            (Kind::Iso8601, "2026-03-10", "2020-01-02"),
            (
                Kind::Iso8601,
                "2026-03-10T05%3A57%3A38-06:00",
                "2020-01-02T12%3A00%3A00-06:00",
            ),
            (Kind::Iso8601, "20260310T055738Z", "20200102T120000Z"),
            (
                Kind::HttpDate,
                "Tue, 10 Mar 2026 05:57:38 GMT",
                "Thu, 02 Jan 2020 12:00:00 GMT",
            ),
            (Kind::EpochSeconds, "1783819858", "1577966400"),
            (Kind::Cursor, "1783819858583:100:0", "1577966400000:100:0"),
            (Kind::Cursor, "1783819858%3A0%3A1", "1577966400%3A0%3A1"),
        ] {
            assert_eq!(write(kind, like, 1).as_deref(), Some(expected));
        }
    }

    #[test]
    fn moments_of_one_capture_are_one_day() {
        let days = days(&BTreeSet::from([0, 5, 190, 391, 5000]));
        assert_eq!(days.into_values().collect::<Vec<_>>(), [0, 0, 0, 1, 2]);
    }
}
