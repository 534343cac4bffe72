//! `approvals.json`: changes that somebody called meant.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// All approvals, sorted by document, code, address and fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvals {
    /// Where an editor finds the schema.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The approvals.
    pub approvals: Vec<Approval>,
}

/// One change that is meant. Document, code and address are for those who review the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The document of the change.
    pub document: String,
    /// Its code.
    pub code: String,
    /// Its address.
    pub address: String,
    /// What it is known by; this alone is compared.
    pub fingerprint: String,
    /// Why it is meant.
    pub reason: String,
    /// The last day on which the approval holds; it holds forever where there is none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "write_date",
        deserialize_with = "read_date"
    )]
    pub until: Option<Date>,
}

impl Approvals {
    /// Where the file stands in the folder of documents.
    pub const FILE: &str = "approvals.json";

    /// The reference from the file to its schema.
    pub const SCHEMA: &str = "../schemas/approvals.schema.json";

    /// Adds an approval in its place; one of the same fingerprint is replaced.
    pub fn insert(&mut self, approval: Approval) {
        self.approvals
            .retain(|other| other.fingerprint != approval.fingerprint);
        self.approvals.push(approval);
        self.approvals.sort_by(|a, b| {
            let key = |approval: &'_ Approval| {
                let Approval {
                    document,
                    code,
                    address,
                    fingerprint,
                    ..
                } = approval.clone();
                (document, code, address, fingerprint)
            };
            key(a).cmp(&key(b))
        });
    }
}

impl Approval {
    /// Whether it does not hold any more on that day.
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

fn write_date<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&date.unwrap_or_default())
}

fn read_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let date = text.parse().map_err(serde::de::Error::custom)?;
    Ok(Some(date))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn approval(fingerprint: &str, document: &str) -> Approval {
        Approval {
            document: document.to_owned(),
            code: "field-removed".to_owned(),
            address: "#default/response/body/a".to_owned(),
            fingerprint: fingerprint.to_owned(),
            reason: "meant".to_owned(),
            until: Some(date(2026, 12, 31)),
        }
    }

    #[test]
    fn the_file_is_sorted_and_holds_a_fingerprint_once() {
        let mut approvals = Approvals::default();
        approvals.insert(approval("2", "b/b"));
        approvals.insert(approval("1", "a/a"));
        approvals.insert(approval("2", "b/b"));
        let order: Vec<_> = approvals
            .approvals
            .iter()
            .map(|approval| approval.fingerprint.as_str())
            .collect();
        assert_eq!(order, ["1", "2"]);
        let json = serde_json::to_value(&approvals).unwrap();
        assert_eq!(json["approvals"][0]["until"], "2026-12-31");
        assert_eq!(
            serde_json::from_value::<Approvals>(json).unwrap(),
            approvals
        );
    }

    #[test]
    fn an_approval_holds_on_its_last_day() {
        let approval = approval("1", "a/a");
        assert!(!approval.is_expired(date(2026, 12, 31)));
        assert!(approval.is_expired(date(2027, 1, 1)));
    }
}
