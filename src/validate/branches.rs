//! Of the forms that a schema lets a value have, the one that is meant.

use std::cmp::Reverse;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use super::cut::Cut;
use super::misfit::Misfit;
use super::places::place;
use super::schemas::Root;
use super::words::{expected_types, misfits, show, wrong_type};
use crate::finding::spelling::{list, quoted};

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
    let near = |index: usize, branch: &[ValidationError<'_>]| {
        let form = forms.and_then(|forms| forms.get(index));
        let mut tags = Tags::default();
        if let Some(form) = form {
            tags.count(&schema.json, form, error.instance(), DEEPEST);
        }
        (Reverse(tags.met), tags.missed, branch.len())
    };
    let typed: Vec<_> = branches
        .iter()
        .enumerate()
        .filter(|(_, branch)| !mistyped(branch))
        .map(|(index, branch)| (near(index, branch), branch))
        .collect();
    let least = typed.iter().map(|(near, _)| near).min();
    let best: Vec<_> = typed
        .iter()
        .filter(|(near, _)| Some(near) == least)
        .map(|(_, branch)| *branch)
        .collect();
    if let Some(misfit) = one_of_keys(at.as_str(), &best) {
        return vec![misfit];
    }
    if let Some(best) = best.first() {
        return best
            .iter()
            .flat_map(|inner| misfits(schema, inner, cut))
            .collect();
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

/// Properties that a form fixes to a value, or to a few, by which forms are told apart.
#[derive(Default)]
struct Tags {
    /// Those of which the value has one.
    met: usize,
    /// Those in whose place it has another.
    missed: usize,
}

impl Tags {
    fn count(&mut self, root: &Value, form: &Value, value: &Value, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let properties = form.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let Some(found) = value.get(name) else {
                continue;
            };
            let fixed = property.get("const").map(|fixed| fixed == found);
            let one_of = || Some(property.get("enum")?.as_array()?.contains(found));
            match fixed.or_else(one_of) {
                Some(true) => self.met += 1,
                Some(false) => self.missed += 1,
                None => {}
            }
        }
        let target = form.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| root.pointer(target.strip_prefix('#')?));
        let all = form.get("allOf").and_then(Value::as_array);
        for inner in target.into_iter().chain(all.into_iter().flatten()) {
            self.count(root, inner, value, depth);
        }
    }
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

    use super::super::schemas::Schema;
    use super::*;

    fn told(schema: Value, value: Value) -> Vec<(String, String, Option<String>)> {
        let misfits = Schema::compile(schema).unwrap().misfits(&value);
        misfits
            .into_iter()
            .map(|misfit| (misfit.pointer, misfit.message, misfit.help))
            .collect()
    }

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

    #[test]
    fn one_key_of_several_is_told_with_all() {
        let schema = json!({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]});
        assert_eq!(messages(schema, json!({})), ["`a` or `b` is missing"]);
    }
}
