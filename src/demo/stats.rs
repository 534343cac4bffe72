//! Time series of event counts.

use serde_json::{Number, Value, json};

use super::http::{Failure, Outcome, Reply, Request};
use super::router::Call;
use super::state::State;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// No answer has more points than this.
const MOST_POINTS: i64 = 10_000;

/// The spans of time that a request asks about.
struct Span {
    start: i64,
    end: i64,
    step: i64,
}

impl Span {
    fn read(request: &Request, now: i64) -> Result<Span, Failure> {
        let time = |name: &str| match request.parameter(name) {
            None | Some("") => Ok(None),
            Some(text) => match text.parse::<f64>() {
                Ok(seconds) if (0.0..1e11).contains(&seconds) => Ok(Some(seconds as i64)),
                _ => Err(Failure::field(
                    name,
                    "Enter a time in seconds since 1970-01-01.",
                )),
            },
        };
        let end = time("until")?.unwrap_or(now);
        // By default the hour that has begun, and the 23 before it.
        let start = time("since")?.unwrap_or(end - end.rem_euclid(HOUR) - 23 * HOUR);
        if start > end {
            return Err(Failure::field(
                "since",
                "The start must not lie after the end.",
            ));
        }
        let step = match request.parameter("resolution") {
            Some("10s") => 10,
            Some("1h") => HOUR,
            Some("1d") => DAY,
            None | Some("") if end - start <= HOUR => 10,
            None | Some("") if end - start <= 7 * DAY => HOUR,
            None | Some("") => DAY,
            Some(_) => return Err(Failure::field("resolution", "Choose one of: 10s, 1h, 1d.")),
        };
        if (end - start) / step > MOST_POINTS {
            return Err(Failure::field(
                "resolution",
                "That would be more than 10000 points.",
            ));
        }
        Ok(Span { start, end, step })
    }

    fn buckets(&self) -> impl Iterator<Item = i64> + '_ {
        let first = self.start - self.start.rem_euclid(self.step);
        (0..)
            .map(move |i| first + i * self.step)
            .take_while(|bucket| *bucket <= self.end)
    }
}

fn stat<'a>(request: &'a Request, allowed: &[&str]) -> Result<&'a str, Failure> {
    let stat = request
        .parameter("stat")
        .filter(|stat| !stat.is_empty())
        .unwrap_or("received");
    if allowed.contains(&stat) {
        Ok(stat)
    } else {
        Err(Failure::field(
            "stat",
            &format!("Choose one of: {}.", allowed.join(", ")),
        ))
    }
}

/// What happened in a project in one bucket. The count is random, but it is
/// the same whenever it is asked for.
fn count(state: &State, project: u64, stat: &str, bucket: i64, step: i64) -> u64 {
    let events = match step {
        10 => state
            .random
            .number(&format!("seconds {project} {bucket}"), 0, 10),
        DAY => (0..24)
            .map(|hour| hourly(state, project, bucket + hour * HOUR))
            .sum(),
        _ => hourly(state, project, bucket),
    };
    match stat {
        "received" => events * 11 / 10,
        "rejected" => events / 10,
        "blacklisted" => events / 50,
        _ => events,
    }
}

fn hourly(state: &State, project: u64, bucket: i64) -> u64 {
    state
        .random
        .number(&format!("hour {project} {bucket}"), 100, 1_000)
}

fn sum(call: &Call, projects: &[u64], allowed: &[&str], fractions: bool) -> Outcome {
    let stat = stat(call.request, allowed)?;
    let span = Span::read(call.request, call.now.seconds())?;
    let points = span.buckets().map(|bucket| {
        let sum: u64 = projects
            .iter()
            .map(|project| count(call.state, *project, stat, bucket, span.step))
            .sum();
        // Some of these lists write their times as fractions: `1583643600.0`.
        let time = match Number::from_f64(bucket as f64) {
            Some(number) if fractions => Value::Number(number),
            _ => json!(bucket),
        };
        json!([time, sum])
    });
    Ok(Reply::ok(points.collect()))
}

pub(crate) fn of_organization(call: &mut Call) -> Outcome {
    let organization = call.organization()?;
    let projects: Vec<_> = call
        .state
        .projects_of(organization.id)
        .iter()
        .map(|project| project.id)
        .collect();
    sum(
        call,
        &projects,
        &["received", "rejected", "blacklisted"],
        true,
    )
}

pub(crate) fn of_project(call: &mut Call) -> Outcome {
    let project = call.project()?.id;
    sum(
        call,
        &[project],
        &["received", "rejected", "blacklisted", "generated"],
        true,
    )
}

pub(crate) fn of_team(call: &mut Call) -> Outcome {
    let team = call.team()?.id;
    let projects: Vec<_> = call
        .state
        .projects
        .iter()
        .filter(|p| p.team == team)
        .map(|p| p.id)
        .collect();
    sum(call, &projects, &["received", "rejected"], false)
}

/// How many of the given times fall into each of the last buckets before now.
pub(crate) fn histogram(times: &[i64], now: i64, step: i64, points: i64) -> Value {
    let last = now - now.rem_euclid(step);
    (0..points)
        .map(|i| {
            let bucket = last - (points - 1 - i) * step;
            let count = times
                .iter()
                .filter(|time| (bucket..bucket + step).contains(time))
                .count();
            json!([bucket, count])
        })
        .collect()
}

/// The series that issues carry: the last day by the hour.
pub(crate) fn last_day(times: &[i64], now: i64, points: i64) -> Value {
    histogram(times, now, HOUR, points)
}

/// The last month by the day.
pub(crate) fn last_month(times: &[i64], now: i64) -> Value {
    histogram(times, now, DAY, 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(query: &str) -> Result<Vec<i64>, Failure> {
        let mut request = Request::default();
        request.target(&format!("/?{query}"));
        Ok(Span::read(&request, 1_583_728_734)?.buckets().collect())
    }

    #[test]
    fn a_day_has_24_points() {
        let buckets = span("").unwrap();
        assert_eq!((buckets.len(), buckets[0]), (24, 1_583_643_600));
        assert_eq!(span("since=1583700000&until=1583700030").unwrap().len(), 4);
        assert_eq!(
            span("since=0&resolution=1d&until=86400").unwrap(),
            [0, 86_400]
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for query in [
            "since=x",
            "since=NaN",
            "until=-1",
            "until=1e99",
            "since=2&until=1",
            "resolution=2h",
        ] {
            assert_eq!(span(query).unwrap_err().status, 400, "{query}");
        }
        assert_eq!(span("since=0&resolution=10s").unwrap_err().status, 400);
    }

    #[test]
    fn times_fall_into_their_buckets() {
        assert_eq!(
            histogram(&[5, 12, 19], 25, 10, 3),
            json!([[0, 1], [10, 2], [20, 0]])
        );
    }
}
