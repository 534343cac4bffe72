//! All errors of a value, without those that only follow from others.

use std::collections::HashSet;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use super::cut::Cut;
use super::misfit::{Misfit, Part};
use super::schemas::Root;
use super::words::{misfits, parent};
use crate::json::pointer;

/// Errors of the validator in words, without those that only follow from others.
pub(super) fn all_misfits(
    schema: &Root,
    errors: &[ValidationError<'_>],
    cut: Cut<'_>,
) -> Vec<Misfit> {
    let (left, plain): (Vec<_>, Vec<_>) = errors.iter().partition(|error| {
        matches!(
            error.kind(),
            Kind::UnevaluatedProperties { .. } | Kind::UnevaluatedItems { .. }
        )
    });
    // A value that is none of those that there may be is told with these: of what type they are is no second fault.
    let is_listed = |kind: &Kind| matches!(kind, Kind::Enum { .. } | Kind::Constant { .. });
    let listed = plain.iter().filter(|error| is_listed(error.kind()));
    let listed: HashSet<_> = listed.map(|error| error.instance_path().as_str()).collect();
    let is_effect = |error: &&&ValidationError<'_>| {
        matches!(error.kind(), Kind::Type { .. }) && listed.contains(error.instance_path().as_str())
    };
    let mut told: Vec<_> = plain
        .iter()
        .filter(|error| !is_effect(error))
        .flat_map(|error| misfits(schema, error, cut))
        .collect();
    // What a part of the schema has looked at counts for nothing where that part is not met.
    for error in left {
        let at = error.instance_path().as_str();
        let is_around = |misfit: &Misfit| {
            let rest = misfit.pointer.strip_prefix(at);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let is_followed = told.iter().any(is_around);
        let mut more = misfits(schema, error, cut);
        more.retain(|misfit| {
            let name = misfit
                .pointer
                .strip_prefix(at)
                .filter(|_| misfit.part == Part::Key);
            let name = name.and_then(|rest| pointer::tokens(rest).next());
            let is_known = || match &name {
                Some(name) => parent(schema, error)
                    .is_some_and(|form| knows(&schema.json, form, name, DEEPEST)),
                None => true,
            };
            !is_followed || !is_known()
        });
        told.append(&mut more);
    }
    told
}

/// How deep schemas are looked through that refer to others.
const DEEPEST: usize = 16;

/// Whether a schema has a property of that name, itself or in one of the parts that look at the same value.
fn knows(root: &Value, schema: &Value, name: &str, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let properties = schema.get("properties");
    if properties.is_some_and(|properties| properties.get(name).is_some()) {
        return true;
    }
    let target = schema.get("$ref").and_then(Value::as_str);
    let target = target.and_then(|target| root.pointer(target.strip_prefix('#')?));
    let lists = ["allOf", "anyOf", "oneOf"].into_iter();
    let lists = lists
        .filter_map(|key| schema.get(key)?.as_array())
        .flatten();
    let parts = ["if", "then", "else"].into_iter();
    let parts = parts.filter_map(|key| schema.get(key));
    let dependent = schema.get("dependentSchemas").and_then(Value::as_object);
    let dependent = dependent.into_iter().flat_map(|parts| parts.values());
    let mut all = target
        .into_iter()
        .chain(lists)
        .chain(parts)
        .chain(dependent);
    all.any(|part| knows(root, part, name, depth))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::schemas::told;
    use super::*;

    #[test]
    fn a_value_of_the_wrong_type_that_is_not_listed_is_told_once() {
        let schema = json!({"properties": {"a": {"type": ["string", "null"], "enum": ["x", null]}, "b": {"type": "string", "const": "y"}}});
        let mut all = told(schema, json!({"a": 3, "b": 4}));
        all.sort();
        let all: Vec<_> = all.iter().map(|(_, message, _)| message.as_str()).collect();
        assert_eq!(
            all,
            ["expected `x` or null, found 3", "expected `y`, found 4"]
        );
    }

    /// A part that is not met has looked at nothing, which is no fault of the keys that it has.
    #[test]
    fn a_key_of_a_part_that_is_not_met_is_known() {
        let schema = json!({
            "allOf": [{"$ref": "#/$defs/a"}, {"properties": {"b": {"type": "string"}}, "required": ["b"]}],
            "$defs": {"a": {"properties": {"a": {"type": "string"}}}},
            "unevaluatedProperties": false,
        });
        let messages = |value: Value| {
            let mut all: Vec<_> = told(schema.clone(), value)
                .into_iter()
                .map(|(_, message, _)| message)
                .collect();
            all.sort();
            all
        };
        assert_eq!(
            messages(json!({"a": 1, "b": "x", "c": 2})),
            ["`c` is not known here", "expected a string, found a number"]
        );
        assert_eq!(messages(json!({"a": "x"})), ["`b` is missing"]);
        assert_eq!(
            messages(json!({"b": "x", "c": 2})),
            ["`c` is not known here"]
        );
        // Nothing else is told, so that this is.
        let either = json!({"anyOf": [{"properties": {"a": {}}, "required": ["x"]}, {}], "unevaluatedProperties": false});
        assert_eq!(told(either, json!({"a": 1}))[0].1, "`a` is not known here");
        let items =
            json!({"allOf": [{"prefixItems": [{"type": "string"}]}], "unevaluatedItems": false});
        assert_eq!(told(items.clone(), json!([1])).len(), 1);
        assert_eq!(told(items, json!(["a", 1]))[0].1, "expected at most 1 item");
    }
}
