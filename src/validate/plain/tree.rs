//! What a document says beside its bodies.

use std::borrow::Cow;

use serde::Deserializer;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{IntoDeserializer, Visitor};
use serde_json::{Error, Number};

use super::reader::{DEEPEST, Reader};
use crate::document::key_order;
use crate::json::{KeyOrder, RESERVED_KEY};
use crate::stabilize::secrets::{Node, View};
use crate::validate::rules::spelling::Counts;

/// A JSON value whose strings stay where they are read. No key stands twice.
#[derive(Debug, Clone)]
pub enum Tree<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    Array(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

/// How deep in a document bodies stand.
const BODY_LEVEL: usize = 4;

/// An object with more members takes the long way: each key is compared with those before.
const MANY: usize = 64;

impl<'a> Reader<'a> {
    /// The whole text as an endpoint document, with `null` in the place of each body; what the lengths of these consist of is
    /// added to the others.
    pub fn document(&mut self, lengths: &mut Vec<Counts>) -> Option<Tree<'a>> {
        let document = self.tree(0, key_order::ENDPOINT, lengths)?;
        self.sign(b'\n')?;
        (self.at == self.text.len()).then_some(document)
    }

    fn tree(
        &mut self,
        level: usize,
        order: KeyOrder,
        lengths: &mut Vec<Counts>,
    ) -> Option<Tree<'a>> {
        if level > DEEPEST {
            return None;
        }
        Some(match self.peek()? {
            b'{' => Tree::Object(self.members(level, order, lengths)?),
            b'[' => {
                let mut items = Vec::new();
                self.container(level, b']', |reader| {
                    items.push(reader.tree(level + 1, order.of_items(), lengths)?);
                    Some(())
                })?;
                Tree::Array(items)
            }
            b'"' => {
                let text = self.string()?;
                Tree::Text(text.meant.map_or(Cow::Borrowed(text.raw), Cow::Owned))
            }
            _ => match self.scalar()? {
                "null" => Tree::Null,
                "true" => Tree::Bool(true),
                "false" => Tree::Bool(false),
                number => Tree::Number(number.parse().ok()?),
            },
        })
    }

    fn members(
        &mut self,
        level: usize,
        order: KeyOrder,
        lengths: &mut Vec<Counts>,
    ) -> Option<Vec<(Cow<'a, str>, Tree<'a>)>> {
        let mut members: Vec<(Cow<'a, str>, Tree<'a>)> = Vec::new();
        let mut last = 0;
        self.container(level, b'}', |reader| {
            let key = reader.string()?;
            if key.meant.is_some() || key.raw == RESERVED_KEY || members.len() == MANY {
                return None;
            }
            let key = key.raw;
            let (place, inner) = order.of_member(key);
            let is_sorted = match order {
                KeyOrder::Sorted => members.last().is_none_or(|(before, _)| **before < *key),
                _ => last <= place && members.iter().all(|(before, _)| *before != key),
            };
            if !is_sorted {
                return None;
            }
            last = place;
            reader.take(b": ")?;
            let value = if level + 1 == BODY_LEVEL && key == "body" {
                lengths.push(reader.body(BODY_LEVEL)?);
                Tree::Null
            } else {
                reader.tree(level + 1, inner, lengths)?
            };
            members.push((Cow::Borrowed(key), value));
            Some(())
        })?;
        Some(members)
    }
}

impl Node for Tree<'_> {
    fn view(&self) -> View<'_, Self> {
        match self {
            Self::Text(text) => View::Text(text),
            Self::Number(number) => View::Number(number.as_str()),
            Self::Array(items) => View::Array(items),
            Self::Object(_) => View::Object,
            Self::Null | Self::Bool(_) => View::Word,
        }
    }

    fn members(&self) -> impl Iterator<Item = (&str, &Self)> {
        let members = match self {
            Self::Object(members) => members.as_slice(),
            _ => &[],
        };
        members.iter().map(|(key, member)| (&**key, member))
    }
}

impl<'de> IntoDeserializer<'de, Error> for Tree<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Tree<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Number(number) => number.deserialize_any(visitor),
            Self::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Self::Text(Cow::Owned(text)) => visitor.visit_string(text),
            Self::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter())),
            Self::Object(members) => visitor.visit_map(MapDeserializer::new(members.into_iter())),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Null => visitor.visit_none(),
            some => visitor.visit_some(some),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
