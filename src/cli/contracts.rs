//! Contracts before they are written.

use std::collections::BTreeMap;

use apidocs::document::ContractName;
use apidocs::finding::{Finding, codes};
use apidocs::json::{self, KeyOrder, write};
use apidocs::validate::Schema;
use serde_json::Value;

/// The contracts that can be read again, and what is wrong with the others: they are deeper than a document may be, or a source is
/// no JSON Schema where it should be.
pub fn usable(
    contracts: impl IntoIterator<Item = (ContractName, Value)>,
) -> (BTreeMap<ContractName, Value>, Vec<Finding>) {
    let (mut usable, mut findings) = (BTreeMap::new(), Vec::new());
    for (name, contract) in contracts {
        let text = write(&contract, KeyOrder::Kept);
        let read = json::parse_bytes(text.as_bytes()).map_err(|fault| fault.message);
        match read.and_then(Schema::compile) {
            Ok(_) => {
                usable.insert(name, contract);
            }
            Err(reason) => {
                let message = format!("the contract {} is not written: {reason}", name.file());
                let finding = Finding::new(codes::BROKEN_CONTRACT, message).about(&name.document);
                findings.push(finding.help("mend the source, or write the contract by hand"));
            }
        }
    }
    (usable, findings)
}
