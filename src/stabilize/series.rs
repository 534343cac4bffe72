//! Series: `[[time, number], …]`.

use serde_json::{Number, Value};

use super::tokens::{Context, number};

/// An array of points in time with a number each.
#[derive(Debug, PartialEq)]
pub(super) struct Series<'a> {
    /// The times.
    times: Vec<&'a Number>,
}

/// How two series stand to one another.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// They have one length, step and type.
    Same,
    /// The times advance by another step, or are written in another way.
    OtherStep,
    /// They agree but for their length, or for the types of some numbers.
    OtherPoints,
}

/// Whether a value is a point: `[time, number]`.
fn time(item: &Value) -> Option<&Number> {
    match item.as_array()?.as_slice() {
        [Value::Number(time), Value::Number(_)] => Some(time),
        _ => None,
    }
}

/// Whether two numbers are both whole or both not.
fn is_whole(number: &Number) -> bool {
    !number.as_str().contains(['.', 'e', 'E'])
}

/// Whether two points have numbers of one type.
pub(super) fn have_one_type(old: &Value, new: &Value) -> bool {
    match (old.get(1), new.get(1)) {
        (Some(Value::Number(old)), Some(Value::Number(new))) => is_whole(old) == is_whole(new),
        _ => false,
    }
}

impl<'a> Series<'a> {
    /// Reads a series: two points and more, each later than the one before, in one spelling.
    pub fn read(items: &'a [Value]) -> Option<Self> {
        if items.len() < 2 {
            return None;
        }
        let times: Vec<_> = items.iter().map(time).collect::<Option<_>>()?;
        let kind = number(times.first()?.as_str(), Context::default())?;
        let one_kind = times
            .iter()
            .all(|time| number(time.as_str(), Context::default()) == Some(kind));
        let series = Self { times };
        (one_kind && series.steps().all(|step| step > 0)).then_some(series)
    }

    /// Whole parts are enough: points are seconds apart.
    fn steps(&self) -> impl Iterator<Item = i64> {
        let seconds = |number: &Number| -> i64 {
            let text = number.as_str();
            let whole = text.split('.').next().unwrap_or(text);
            whole.parse().unwrap_or(0)
        };
        self.times
            .windows(2)
            .map(move |pair| seconds(pair[1]) - seconds(pair[0]))
    }

    /// The step, where all are equal.
    fn step(&self) -> Option<i64> {
        let first = self.steps().next()?;
        self.steps().all(|step| step == first).then_some(first)
    }

    /// Compares with a newer one; of uneven series only the points are compared.
    pub fn compare(&self, new: &Self, old_items: &[Value], new_items: &[Value]) -> Match {
        let kind = |series: &Self| {
            let first = series.times.first();
            first.map(|time| (number(time.as_str(), Context::default()), is_whole(time)))
        };
        if self.step() != new.step() || kind(self) != kind(new) {
            Match::OtherStep
        } else if self.times.len() == new.times.len()
            && old_items
                .iter()
                .zip(new_items)
                .all(|(old, new)| have_one_type(old, new))
        {
            Match::Same
        } else {
            Match::OtherPoints
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn compare(old: Value, new: Value) -> Match {
        let (old, new) = (old.as_array().unwrap(), new.as_array().unwrap());
        let read = |items| Series::read(items).unwrap();
        read(old).compare(&read(new), old, new)
    }

    #[test]
    fn series_pair_by_length_step_and_type() {
        let hourly = json!([[1583733600, 0], [1583737200, 3], [1583740800, 0]]);
        let later = json!([[1583820000, 5], [1583823600, 0], [1583827200, 0]]);
        assert_eq!(compare(hourly.clone(), later), Match::Same);
        let daily = json!([[1583733600, 0], [1583820000, 3], [1583906400, 0]]);
        assert_eq!(compare(hourly.clone(), daily), Match::OtherStep);
        let floats = json!([[1583733600.0, 0], [1583737200.0, 3], [1583740800.0, 0]]);
        assert_eq!(compare(hourly.clone(), floats), Match::OtherStep);
        let short = json!([[1583733600, 0], [1583737200, 3]]);
        assert_eq!(compare(hourly.clone(), short), Match::OtherPoints);
        let fractions = json!([[1583733600, 0], [1583737200, 3.5], [1583740800, 0]]);
        assert_eq!(compare(hourly, fractions), Match::OtherPoints);
    }

    #[test]
    fn other_arrays_are_no_series() {
        for other in [
            json!([[1583733600, 0]]),
            json!([[1, 0], [2, 0]]),
            json!([[1583733600, "a"], [1583737200, "b"]]),
            json!([[1583737200, 0], [1583733600, 0]]),
        ] {
            assert_eq!(Series::read(other.as_array().unwrap()), None, "{other}");
        }
    }
}
