//! Chance and time, both of which a seed makes reproducible.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// Where a seeded clock starts: 2026-03-09T04:38:17.800000Z.
const SEEDED_START: i64 = 1_773_031_097_800_000;
/// How far a seeded clock moves with each tick, in microseconds.
const SEEDED_STEP: i64 = 137_291;

/// The source of all random values of one server.
pub(crate) struct Random {
    seed: [u8; 32],
}

impl Random {
    pub(crate) fn new(seed: Option<u64>) -> Random {
        let mut hash = Sha256::new();
        match seed {
            Some(seed) => hash.update(seed.to_be_bytes()),
            None => {
                // The keys of `RandomState` are the one source of randomness
                // from the system that the standard library offers.
                for _ in 0..4 {
                    hash.update(RandomState::new().build_hasher().finish().to_be_bytes());
                }
                hash.update(Timestamp::now().as_nanosecond().to_be_bytes());
                hash.update(std::process::id().to_be_bytes());
            }
        }
        Random {
            seed: hash.finalize().into(),
        }
    }

    /// A sequence of values of its own. The label, not the order in which
    /// sequences are asked for, decides what they hold, so that clients that
    /// run side by side cannot disturb each other.
    pub(crate) fn draw(&self, label: &str) -> Draw {
        Draw {
            seed: self.seed,
            label: label.to_owned(),
            count: 0,
        }
    }

    /// One number from `low` to `high`, the same for the same label.
    pub(crate) fn number(&self, label: &str, low: u64, high: u64) -> u64 {
        self.draw(label).number(low, high)
    }
}

/// A sequence of random values.
pub(crate) struct Draw {
    seed: [u8; 32],
    label: String,
    count: u64,
}

impl Draw {
    fn bytes(&mut self) -> [u8; 32] {
        self.count += 1;
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update(self.count.to_be_bytes());
        hash.update(self.label.as_bytes());
        hash.finalize().into()
    }

    /// `length` hexadecimal digits, at most 64.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        let mut text = super::digest::hex(&self.bytes());
        text.truncate(length);
        text
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn number(&mut self, low: u64, high: u64) -> u64 {
        let bytes = self.bytes();
        let mut eight = [0; 8];
        eight.copy_from_slice(&bytes[..8]);
        low + u64::from_be_bytes(eight) % (high - low + 1)
    }
}

/// The clock of a server: the real one, or one that only ticks.
pub(crate) enum Clock {
    Real,
    Seeded(i64),
}

impl Clock {
    pub(crate) fn new(seed: Option<u64>) -> Clock {
        match seed {
            Some(_) => Clock::Seeded(SEEDED_START),
            None => Clock::Real,
        }
    }

    /// The time now; a seeded clock moves on first.
    pub(crate) fn tick(&mut self) -> Moment {
        if let Clock::Seeded(micros) = self {
            *micros += SEEDED_STEP;
        }
        self.now()
    }

    /// The time now.
    pub(crate) fn now(&self) -> Moment {
        match self {
            Clock::Real => Moment(Timestamp::now().as_microsecond()),
            Clock::Seeded(micros) => Moment(*micros),
        }
    }
}

/// A point in time, in microseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i64);

impl Moment {
    /// Reads an RFC 3339 time, or a plain date.
    pub(crate) fn parse(text: &str) -> Option<Moment> {
        let time = text
            .parse::<Timestamp>()
            .or_else(|_| format!("{text}T00:00:00Z").parse())
            .ok()?;
        Some(Moment(time.as_microsecond()))
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// `2026-03-09T04:38:34.386005Z`: always six digits, as databases keep them.
    pub(crate) fn text(self) -> String {
        self.timestamp()
            .strftime("%Y-%m-%dT%H:%M:%S.%6fZ")
            .to_string()
    }

    /// `2026-03-09T04:38:34Z`.
    pub(crate) fn short(self) -> String {
        self.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The form that the `Date` header wants.
    pub(crate) fn http_date(self) -> String {
        self.timestamp()
            .strftime("%a, %d %b %Y %H:%M:%S GMT")
            .to_string()
    }

    pub(crate) fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    pub(crate) fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_every_value() {
        let (one, two) = (Random::new(Some(7)), Random::new(Some(7)));
        assert_eq!(one.draw("a").hex(32), two.draw("a").hex(32));
        assert_ne!(one.draw("a").hex(32), one.draw("b").hex(32));
        assert_ne!(
            one.draw("a").hex(32),
            Random::new(Some(8)).draw("a").hex(32)
        );
        let mut draw = one.draw("a");
        assert_ne!(draw.hex(32), draw.hex(32));
    }

    #[test]
    fn without_a_seed_values_differ() {
        assert_ne!(
            Random::new(None).draw("a").hex(64),
            Random::new(None).draw("a").hex(64)
        );
    }

    #[test]
    fn numbers_stay_in_their_range() {
        let random = Random::new(Some(1));
        for i in 0..1000 {
            assert!((3..=5).contains(&random.number(&i.to_string(), 3, 5)));
        }
        assert_eq!(random.number("x", 4, 4), 4);
    }

    #[test]
    fn times_are_written_with_six_digits() {
        let mut clock = Clock::new(Some(1));
        assert_eq!(clock.now().text(), "2026-03-09T04:38:17.800000Z");
        assert_eq!(clock.tick().text(), "2026-03-09T04:38:17.937291Z");
        assert_eq!(clock.now().http_date(), "Mon, 09 Mar 2026 04:38:17 GMT");
        assert_eq!(
            Moment::parse("2018-09-20").map(Moment::short).as_deref(),
            Some("2018-09-20T00:00:00Z")
        );
        assert_eq!(Moment::parse("soon"), None);
    }
}
