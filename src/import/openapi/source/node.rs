//! Values of a document with their places, and what of them was understood.

use serde_json::Value;

use super::Source;
use crate::finding::{Code, Finding, Label};
use crate::json::pointer;

/// A value of the document with its place.
#[derive(Debug, Clone)]
pub(in crate::import::openapi) struct Node<'s> {
    pub source: &'s Source,
    pub file: usize,
    pub pointer: String,
    pub value: &'s Value,
}

impl<'s> Node<'s> {
    /// The member of that name.
    pub fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.as_object()?.get(key)?;
        Some(self.child(key, value))
    }

    fn child(&self, key: &str, value: &'s Value) -> Self {
        Self {
            source: self.source,
            file: self.file,
            pointer: pointer::join(&self.pointer, key),
            value,
        }
    }

    /// The members of an object or the items of an array.
    pub fn children(&self) -> Vec<Self> {
        match self.value {
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| self.child(key, value))
                .collect(),
            Value::Array(items) => (0..)
                .zip(items)
                .map(|(index, value): (usize, _)| self.child(&index.to_string(), value))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The value at a JSON Pointer within this one.
    pub fn at(&self, pointer: &str) -> Option<Self> {
        let value = self.value.pointer(pointer)?;
        Some(Self {
            pointer: format!("{}{pointer}", self.pointer),
            value,
            ..self.clone()
        })
    }

    /// The items of the array of that name.
    pub fn list(&self, key: &str) -> Vec<Self> {
        let list = self.get(key).filter(|list| list.value.is_array());
        list.map(|list| list.children()).unwrap_or_default()
    }

    /// The members of the object of that name.
    pub fn members(&self, key: &str) -> Vec<(&'s str, Self)> {
        let members = self.get(key).and_then(|node| node.own_members());
        members.unwrap_or_default()
    }

    /// The members, of an object.
    pub fn own_members(&self) -> Option<Vec<(&'s str, Self)>> {
        let members = self.value.as_object()?;
        let with_key =
            |(key, value): (&'s String, &'s Value)| (key.as_str(), self.child(key, value));
        Some(members.iter().map(with_key).collect())
    }

    /// Marks the value as understood, with all that is in it.
    pub fn take(&self) -> &'s Value {
        let mut ledger = self.source.ledger.borrow_mut();
        ledger.used.insert((self.file, self.pointer.clone()));
        self.value
    }

    /// The member of that name, understood.
    pub fn value(&self, key: &str) -> Option<&'s Value> {
        self.get(key).map(|node| node.take())
    }

    /// The text of that name, understood.
    pub fn text(&self, key: &str) -> Option<&'s str> {
        let node = self.get(key)?;
        let text = node.value.as_str()?;
        node.take();
        Some(text)
    }

    /// The flag of that name, understood.
    pub fn flag(&self, key: &str) -> Option<bool> {
        let node = self.get(key)?;
        let flag = node.value.as_bool()?;
        node.take();
        Some(flag)
    }

    /// Where the `$ref` of this value leads, as it is written.
    pub fn reference(&self) -> Option<&'s str> {
        self.value.as_object()?.get("$ref")?.as_str()
    }

    /// The value itself, or what its `$ref` leads to; `None` where it leads nowhere, which was told.
    pub fn follow(&self) -> Option<Self> {
        let mut node = self.clone();
        // Longer chains than this are circles.
        for _ in 0..64 {
            let Some(reference) = node.reference() else {
                return Some(node);
            };
            if let Some(reference) = node.get("$ref") {
                reference.take();
            }
            node = self.source.resolve(node.file, reference)?;
            let mut ledger = self.source.ledger.borrow_mut();
            ledger.reached.insert((node.file, node.pointer.clone()));
        }
        None
    }

    /// What the `$ref` of this value leads to, one step.
    pub fn step(&self) -> Option<Self> {
        let node = self.source.resolve(self.file, self.reference()?)?;
        self.value("$ref");
        let mut ledger = self.source.ledger.borrow_mut();
        ledger.reached.insert((node.file, node.pointer.clone()));
        drop(ledger);
        Some(node)
    }

    /// Where the value stands.
    pub fn label(&self) -> Option<Label> {
        self.source.label(self.file, &self.pointer)
    }

    /// A finding about the value.
    pub fn finding(&self, code: Code, message: &str) -> Finding {
        self.source.finding(self.file, &self.pointer, code, message)
    }
}
