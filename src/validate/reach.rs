//! Of which responses a contract says something.

use serde_json::Value;

use crate::document::{
    ContractStatus, MEDIA_TYPES, Request, Response, essence, has_no_body, is_json_media_type,
};

/// Whether a response has no body by the rules of HTTP, or may have none since the contract was not made for its status alone: a
/// source that says nothing of a body leaves no trace in a contract for several.
pub(super) fn may_be_empty(
    contract: ContractStatus,
    request: Option<&Request>,
    status: u16,
) -> bool {
    let is_head = request.is_some_and(|request| request.method == "HEAD");
    is_head || has_no_body(status) || !matches!(contract, ContractStatus::Exactly(_))
}

/// Whether a body that is not JSON is meant to be of its media type: the contract knows of it ([`MEDIA_TYPES`]), the request asked
/// for it, or it stands beside a body of JSON.
pub(super) fn is_other_form(
    contract: &Value,
    request: Option<&Request>,
    response: &Response,
    is_beside_json: bool,
) -> bool {
    let Some(media) = response.headers.get("Content-Type") else {
        return false;
    };
    if is_json_media_type(media) {
        return false;
    }
    let media = essence(media);
    let is = |range: &str| match essence(range).strip_suffix('*') {
        Some("*/") => true,
        Some(start) => media.starts_with(start),
        None => essence(range) == media,
    };
    let known = contract.get(MEDIA_TYPES).and_then(Value::as_array);
    let mut known = known.into_iter().flatten().filter_map(Value::as_str);
    let accepted = request
        .into_iter()
        .flat_map(|one| one.headers.get_all("Accept"));
    let mut accepted = accepted.flat_map(|value| value.split(','));
    is_beside_json || known.any(is) || accepted.any(|one| essence(one) == media)
}

/// Whether a contract lets every body pass, as one does for a status of which a source says nothing.
pub(super) fn says_nothing(contract: &Value) -> bool {
    const WORDS: [&str; 6] = [
        "$schema",
        "$id",
        "$comment",
        "title",
        "description",
        MEDIA_TYPES,
    ];
    match contract {
        Value::Object(members) => members.keys().all(|key| WORDS.contains(&key.as_str())),
        other => *other == Value::Bool(true),
    }
}
