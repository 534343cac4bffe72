//! Of the forms that a schema lets a value have, the one that is meant.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::{iter, slice};

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use super::cut::Cut;
use super::effects::all_misfits;
use super::misfit::Misfit;
use super::places::place;
use super::schemas::Root;
use super::words::{expected_types, meant, show, wrong_type};
use crate::finding::spelling::{list, quoted};
use crate::json::pointer;

/// Of several forms that a value may have, the one that is meant: of its type; whose fixed values it has, such as `"type": "dog"`;
/// then with the fewest faults. Where it is of no form's type, all types are told.
pub(super) fn nearest(
    schema: &Root,
    error: &ValidationError<'_>,
    branches: &[Vec<ValidationError<'static>>],
    cut: Cut<'_>,
) -> Vec<Misfit> {
    let at = error.instance_path();
    let mistyped = |branch: &[ValidationError<'_>]| {
        branch.iter().any(|inner| {
            inner.instance_path() == at
                && matches!(
                    inner.kind(),
                    Kind::Type { .. } | Kind::Constant { .. } | Kind::Enum { .. }
                )
        })
    };
    let forms = schema.keyword(error).and_then(Value::as_array);
    let typed: Vec<_> = branches
        .iter()
        .enumerate()
        .filter(|(_, branch)| !mistyped(branch))
        .map(|(index, branch)| {
            let mut tags = Tags::default();
            if let Some(form) = forms.and_then(|forms| forms.get(index)) {
                tags.collect(&schema.json, form, error.instance(), DEEPEST);
            }
            (tags, branch)
        })
        .collect();
    if let Some(misfit) = tag_of_no_form(error, typed.iter().map(|(tags, _)| tags)) {
        return vec![misfit];
    }
    let near = |(tags, branch): &(Tags<'_>, &Vec<ValidationError<'static>>)| {
        let (met, missed) = tags.count(error.instance());
        (Reverse(met), missed, branch.len())
    };
    let least = typed.iter().map(near).min();
    let best: Vec<_> = typed
        .iter()
        .filter(|form| Some(near(form)) == least)
        .map(|(_, branch)| *branch)
        .collect();
    if let Some(misfit) = one_of_keys(at.as_str(), &best) {
        return vec![misfit];
    }
    if let Some(best) = best.first() {
        return all_misfits(schema, best, cut);
    }
    let mut types: Vec<String> = Vec::new();
    let mut values: Vec<String> = Vec::new();
    for inner in branches.iter().flatten() {
        match inner.kind() {
            Kind::Type { .. } => types.append(&mut expected_types(schema, inner)),
            Kind::Constant { expected_value } => values.push(show(expected_value)),
            Kind::Enum { options } => {
                values.extend(options.as_array().into_iter().flatten().map(show));
            }
            _ => {}
        }
    }
    types.append(&mut values);
    vec![Misfit::value(
        at.as_str(),
        wrong_type(&types, error.instance()),
    )]
}

/// How deep forms are looked through that refer to others.
const DEEPEST: usize = 16;

/// Properties that a form fixes to a value, or to a few, by which forms are told apart: those that the value has.
#[derive(Default)]
struct Tags<'a>(BTreeMap<&'a str, Vec<&'a Value>>);

impl<'a> Tags<'a> {
    fn collect(&mut self, root: &'a Value, form: &'a Value, value: &Value, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let properties = form.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            if value.get(name).is_none() {
                continue;
            }
            let fixed = property.get("const").map(slice::from_ref);
            let one_of = || Some(property.get("enum")?.as_array()?.as_slice());
            let Some(allowed) = fixed.or_else(one_of) else {
                continue;
            };
            // What is said of it twice counts both times.
            let known = self
                .0
                .entry(name)
                .or_insert_with(|| allowed.iter().collect());
            known.retain(|one| allowed.contains(one));
        }
        let target = form.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| root.pointer(target.strip_prefix('#')?));
        let all = form.get("allOf").and_then(Value::as_array);
        for inner in target.into_iter().chain(all.into_iter().flatten()) {
            self.collect(root, inner, value, depth);
        }
    }

    /// Of how many of them the value has one, and in the place of how many it has another.
    fn count(&self, value: &Value) -> (usize, usize) {
        let is_met = |(name, allowed): &(&&str, &Vec<&Value>)| {
            let found = value.get(**name);
            found.is_some_and(|found| allowed.contains(&found))
        };
        let met = self.0.iter().filter(is_met).count();
        (met, self.0.len() - met)
    }
}

/// That the value by which forms are told apart is that of none: all of them are told, since any may be meant.
fn tag_of_no_form<'a, 't: 'a>(
    error: &ValidationError<'_>,
    mut forms: impl Iterator<Item = &'a Tags<'t>> + Clone,
) -> Option<Misfit> {
    let first = forms.next()?;
    forms.clone().next()?;
    let (name, found) = first.0.keys().find_map(|name| {
        let found = error.instance().get(name)?;
        let is_of_none = |tags: &Tags<'_>| {
            let allowed = tags.0.get(name);
            allowed.is_some_and(|allowed| !allowed.contains(&found))
        };
        (is_of_none(first) && forms.clone().all(is_of_none)).then_some((*name, found))
    })?;
    let mut all: Vec<&Value> = Vec::new();
    for one in iter::once(first)
        .chain(forms)
        .filter_map(|tags| tags.0.get(name))
        .flatten()
    {
        if !all.contains(one) {
            all.push(one);
        }
    }
    if all.is_empty() {
        return None;
    }
    let options: Vec<_> = all.iter().map(|one| show(one)).collect();
    let message = format!("expected {}, found {}", list(&options, "or"), show(found));
    let at = pointer::join(error.instance_path().as_str(), name);
    let mut misfit = Misfit::value(at, message);
    misfit.help = meant(all.into_iter(), found);
    Some(misfit)
}

/// That a value lacks any of several keys, where each form asks for one and nothing else is wrong.
fn one_of_keys(at: &str, forms: &[&Vec<ValidationError<'static>>]) -> Option<Misfit> {
    let mut names = Vec::new();
    for form in forms {
        let [only] = form.as_slice() else { return None };
        let Kind::Required { property } = only.kind() else {
            return None;
        };
        if only.instance_path().as_str() != at {
            return None;
        }
        let name = quoted(property.as_str()?);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.len() < 2 {
        return None;
    }
    let names = list(&names, "or");
    Some(Misfit::value(
        at,
        match place(at) {
            Some(place) => format!("{names} is missing in {place}"),
            None => format!("{names} is missing"),
        },
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::schemas::told;
    use super::*;

    #[test]
    fn of_several_forms_the_nearest_is_told() {
        let schema = json!({"anyOf": [
            {"type": "string"},
            {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "number"}, "b": {}}},
        ]});
        let one = told(schema.clone(), json!({"a": "x", "b": 1}));
        assert_eq!(
            one,
            [(
                "/a".to_owned(),
                "expected a number, found a string".to_owned(),
                None
            )]
        );
        let none = told(schema, json!(1));
        assert_eq!(none[0].1, "expected a string or an object, found a number");

        let schema = json!({"oneOf": [{"const": "x"}, {"enum": [1, "y"]}, {"type": "null"}]});
        assert_eq!(
            told(schema, json!("z"))[0].1,
            "expected null, `x`, 1 or `y`, found a string"
        );
    }

    fn messages(schema: Value, value: Value) -> Vec<String> {
        let told = told(schema, value).into_iter();
        let mut told: Vec<_> = told.map(|(_, message, _)| message).collect();
        told.sort();
        told
    }

    /// By a value that each form fixes for itself, whatever else is wrong.
    #[test]
    fn the_form_that_is_meant_is_told() {
        let form = |kind: Value, name: &str, others: &[&str]| json!({"type": "object", "required": others, "properties": {"type": kind, name: {"type": "string"}}});
        let expected = ["`age` is missing", "expected a string, found a number"];
        let body = json!({"type": "dog", "name": 5});
        for fixed in [
            |kind: &str| json!({"const": kind}),
            |kind: &str| json!({"enum": [kind, kind.to_uppercase()]}),
        ] {
            let cat = form(fixed("cat"), "lives", &["lives"]);
            let dog = form(fixed("dog"), "name", &["age"]);
            for keyword in ["anyOf", "oneOf"] {
                for schema in [
                    json!({keyword: [cat, dog]}),
                    json!({keyword: [dog, cat]}),
                    json!({keyword: [{"required": ["x"]}, dog]}),
                    json!({keyword: [{"$ref": "#/$defs/cat"}, {"allOf": [{"$ref": "#/$defs/dog"}]}],
                        "$defs": {"cat": cat, "dog": dog}}),
                ] {
                    assert_eq!(messages(schema.clone(), body.clone()), expected, "{schema}");
                }
            }
        }
        let endless = json!({"anyOf": [{"allOf": [{"$ref": "#/$defs/a"}], "required": ["x"]}], "$defs": {"a": {"$ref": "#/$defs/a"}}});
        assert_eq!(messages(endless, json!({})), ["`x` is missing"]);
    }

    /// It may be any of them: told as that of one form, it would be untrue.
    #[test]
    fn a_value_of_no_form_is_told_with_those_of_all() {
        let form = |kind: Value, name: &str| json!({"type": "object", "required": ["object", name], "properties": {"object": kind}});
        let card = form(json!({"enum": ["card", "Card"]}), "last4");
        let card = json!({"allOf": [card, {"properties": {"object": {"const": "card"}}}]});
        let schema = json!({"oneOf": [form(json!({"const": "bank_account"}), "iban"), card]});
        assert_eq!(
            told(schema, json!({"object": "crd", "iban": 1})),
            [(
                "/object".to_owned(),
                "expected `bank_account` or `card`, found `crd`".to_owned(),
                Some("did you mean `card`?".to_owned())
            )]
        );
        // A form that fixes none may be meant.
        let schema =
            json!({"anyOf": [form(json!({"const": "bank"}), "iban"), {"required": ["b"]}]});
        assert_eq!(
            messages(schema, json!({"object": "crd"})),
            ["`b` is missing"]
        );
    }

    #[test]
    fn one_key_of_several_is_told_with_all() {
        let schema = json!({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]});
        assert_eq!(messages(schema, json!({})), ["`a` or `b` is missing"]);
    }
}
