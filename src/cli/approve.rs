//! `apidocs approve`.

use std::sync::Arc;

use anyhow::Result;
use apidocs::document::{Approval, Approvals, key_order};
use apidocs::finding::Change;
use apidocs::json;
use apidocs::project::ChangeSet;
use apidocs::report::plural;

use super::args::Approve;
use super::context::Context;
use super::exit::{Advice, Exit};
use super::sides::compared;

pub fn run(context: &Context, args: &Approve) -> Result<Exit> {
    let project = context.project()?;
    let compared = compared(context, &args.base, None, None)?;
    let tree = project.tree()?;
    let before = tree.files.get(Approvals::FILE);
    let loaded = compared.approvals.as_ref();
    let mut approvals = match (before, loaded.and_then(|loaded| loaded.item.clone())) {
        (None, _) => Approvals {
            schema: Some(Approvals::SCHEMA.to_owned()),
            ..Approvals::default()
        },
        (Some(_), Some(approvals)) => Arc::unwrap_or_clone(approvals),
        (Some(_), None) => {
            return Err(Advice {
                message: format!("{} cannot be read", Approvals::FILE),
                help: "`apidocs validate` tells why".to_owned(),
            }
            .into());
        }
    };
    for fingerprint in &args.fingerprints {
        let found = compared.documents.iter().find_map(|document| {
            let has = |change: &&Change| change.fingerprint == *fingerprint;
            Some((document, document.changes.iter().find(has)?))
        });
        let Some((document, change)) = found else {
            return Err(Advice {
                message: format!("no change against {} is {fingerprint:?}", args.base),
                help: "`apidocs diff BASE --fail-on …` tells the fingerprints behind the changes; --base names another BASE".to_owned(),
            }
            .into());
        };
        approvals.insert(Approval {
            document: document.document.clone(),
            code: change.code.id.to_owned(),
            address: change.address.clone(),
            fingerprint: fingerprint.clone(),
            reason: args.reason.clone(),
            until: args.until,
        });
    }
    let value = serde_json::to_value(&approvals)?;
    let text = json::write(&value, key_order::APPROVALS);
    let file = project.docs.join(Approvals::FILE);
    let mut set = ChangeSet::default();
    match before {
        Some(before) => set.replace(file.clone(), before, text),
        None => set.write(file.clone(), text),
    }
    context.commit(&project, set)?;
    context.say(format!(
        "{} in {}",
        plural(approvals.approvals.len(), "approval"),
        project.shown(&file)
    ));
    Ok(Exit::Clean)
}
