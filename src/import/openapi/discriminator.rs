//! What tells the forms of a schema apart (OpenAPI 3.1, section 4.8.25), as JSON Schema says it.

use serde_json::{Value, json};

use super::source::Node;

/// Asks each form of a schema with a discriminator for the values that stand for it: those of the mapping, and its own name. Where
/// a form has no name of its own, nothing is asked.
pub(super) fn apply(node: &Node<'_>, forms: &[Node<'_>], schemas: &mut [Value]) {
    let Some(discriminator) = node.get("discriminator") else {
        return;
    };
    let Some(property) = discriminator.get("propertyName") else {
        return;
    };
    let (Some(property), Some(references)) = (
        property.value.as_str(),
        forms
            .iter()
            .map(Node::reference)
            .collect::<Option<Vec<_>>>(),
    ) else {
        return;
    };
    let mapping = discriminator.members("mapping");
    for (reference, schema) in references.into_iter().zip(schemas) {
        let own = name(reference);
        let stands_for = |target: &Value| {
            let target = target.as_str();
            target == Some(reference) || target == Some(own)
        };
        let mapped = mapping
            .iter()
            .filter(|(_, target)| stands_for(target.value));
        let mut values: Vec<&str> = mapped.map(|(value, _)| *value).collect();
        if !values.contains(&own) {
            values.push(own);
        }
        if let Some(members) = schema.as_object_mut() {
            members.insert("properties".to_owned(), json!({property: {"enum": values}}));
            members.insert("required".to_owned(), json!([property]));
        }
    }
    discriminator.take();
}

/// The name of the schema that a reference leads to.
fn name(reference: &str) -> &str {
    let last = reference.rsplit('/').next().unwrap_or_default();
    let file = last.split('#').next().unwrap_or_default();
    [".json", ".yaml", ".yml"]
        .iter()
        .find_map(|end| file.strip_suffix(end))
        .unwrap_or(file)
}
