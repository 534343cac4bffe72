//! The schema of endpoint documents, over what was read of one.

use std::borrow::Cow;
use std::ptr;
use std::slice;
use std::sync::LazyLock;

use jsonschema::json::{Array, Json, Node, NodeIdentity, Object};
use jsonschema::types::JsonType;
use jsonschema::{Draft, Validator};
use serde::Deserialize;
use serde_json::{Number, Value};

use super::tree::Tree;
use crate::validate::schemas::schema_text;

/// Compiled by the tests, so that it cannot fail here.
static SCHEMA: LazyLock<Validator<Trees>> = LazyLock::new(|| {
    let json: Option<Value> =
        schema_text("endpoint").and_then(|text| serde_json::from_str(text).ok());
    jsonschema::options_for::<Trees>()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(false)
        .offline()
        .build(&json.unwrap_or_default())
        .expect("an embedded schema compiles")
});

/// Compiles the schema.
pub fn get_ready() {
    LazyLock::force(&SCHEMA);
}

/// Whether a document fits.
pub fn fits(document: &Tree<'_>) -> bool {
    SCHEMA.is_valid(document)
}

/// That values are held as [`Tree`]s.
struct Trees;

impl Json for Trees {
    type Node<'a> = &'a Tree<'a>;
    type PreparedKey = String;
    type StringBuffer = ();

    // Each lookup goes over the members.
    const KEYS_PER_LOOKUP: usize = 2;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(Self::Node<'_>) -> T) -> T {
        f(&Tree::Text(Cow::Borrowed(string)))
    }
}

impl<'a> Node<'a, Trees> for &'a Tree<'a> {
    type Object = &'a [(Cow<'a, str>, Tree<'a>)];
    type Array = &'a [Tree<'a>];
    type Number = &'a Number;

    fn as_object(&self) -> Option<Self::Object> {
        match self {
            Tree::Object(members) => Some(members),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Self::Array> {
        match self {
            Tree::Array(items) => Some(items),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            Tree::Text(text) => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<Self::Number> {
        match self {
            Tree::Number(number) => Some(number),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self {
            Tree::Bool(value) => Some(*value),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Tree::Null)
    }

    fn json_type(&self) -> JsonType {
        match self {
            Tree::Null => JsonType::Null,
            Tree::Bool(_) => JsonType::Boolean,
            Tree::Number(_) => JsonType::Number,
            Tree::Text(_) => JsonType::String,
            Tree::Array(_) => JsonType::Array,
            Tree::Object(_) => JsonType::Object,
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(Value::deserialize((*self).clone()).unwrap_or_default())
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(ptr::from_ref::<Tree<'_>>(self).addr()))
    }
}

impl<'a> Object<'a, Trees> for &'a [(Cow<'a, str>, Tree<'a>)] {
    type Node = &'a Tree<'a>;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn get(&self, key: &String) -> Option<Self::Node> {
        let mut members = self.iter();
        let (_, member) = members.find(|(name, _)| name == key)?;
        Some(member)
    }

    fn members(&self) -> Members<'a> {
        Members(self.iter())
    }
}

/// The members of an object, in order.
struct Members<'a>(slice::Iter<'a, (Cow<'a, str>, Tree<'a>)>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a Tree<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, member) = self.0.next()?;
        Some((name, member))
    }
}

impl<'a> Array<'a, Trees> for &'a [Tree<'a>] {
    type Node = &'a Tree<'a>;
    type ElementsIter = slice::Iter<'a, Tree<'a>>;

    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn elements(&self) -> Self::ElementsIter {
        self.iter()
    }
}
