//! A Python file, and what stands in it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::super::syntax::{Class, Expr, Function, Guard, Statement, StatementKind};
use super::super::{encoding, parse};
use crate::finding::{Finding, SourceFile, codes};

/// The largest Python file that is read, in bytes: a parse takes some 30 times the memory.
const MAX_SIZE: usize = 8 * 1024 * 1024;

/// A Python file.
#[derive(Debug)]
pub struct Module {
    /// Its dotted name.
    pub name: String,
    pub source: Arc<SourceFile>,
    pub body: Vec<Statement>,
    /// What is wrong with the file.
    pub findings: Vec<Finding>,
    is_package: bool,
    /// The statements that bind or change a name.
    by_name: HashMap<String, Vec<usize>>,
}

/// A class, in its module.
#[derive(Debug, Clone)]
pub struct ClassRef {
    pub module: Arc<Module>,
    pub(super) statement: usize,
}

/// A function of a module, or an expression in one.
#[derive(Debug, Clone)]
pub struct Place {
    pub module: Arc<Module>,
    pub(super) statement: usize,
}

impl Module {
    pub fn new(name: &str, path: String, bytes: &[u8], is_package: bool) -> Self {
        let (text, fault) = encoding::decode(bytes);
        let source = SourceFile::new(path, text.as_bytes());
        let mut findings = Vec::new();
        if let Some(fault) = fault {
            let finding = Finding::new(codes::PYTHON_ENCODING, fault).in_file(&source);
            findings.push(finding.help("save the file as UTF-8"));
        }
        let parsed = if bytes.len() > MAX_SIZE {
            let message = format!("the file is larger than {MAX_SIZE} bytes and is not read");
            findings.push(Finding::new(codes::PYTHON_SYNTAX, message).in_file(&source));
            parse::Parsed::default()
        } else {
            parse::parse(&text)
        };
        for fault in parsed.faults {
            let message = "this is not understood as Python; what stands around it is read";
            let finding = Finding::new(codes::PYTHON_SYNTAX, message).at(&source, fault);
            findings.push(finding.help("does Python itself read the file?"));
        }
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, statement) in parsed.body.iter().enumerate() {
            if let Some(name) = statement.kind.name() {
                by_name.entry(name.to_owned()).or_default().push(index);
            }
        }
        Self {
            name: name.to_owned(),
            source,
            body: parsed.body,
            findings,
            is_package,
            by_name,
        }
    }

    /// The statements that bind or change a name, in order.
    pub fn statements(&self, name: &str) -> impl Iterator<Item = (usize, &Statement)> {
        let indexes = self.by_name.get(name).map(Vec::as_slice);
        let statement = |index: &usize| Some((*index, self.body.get(*index)?));
        indexes.unwrap_or_default().iter().filter_map(statement)
    }

    /// The module that `from ...name` means here.
    pub fn absolute(&self, level: usize, name: &str) -> Option<String> {
        if level == 0 {
            return Some(name.to_owned());
        }
        let up = level - usize::from(self.is_package);
        let mut parts: Vec<&str> = self.name.split('.').collect();
        parts.truncate(parts.len().checked_sub(up)?);
        if !name.is_empty() {
            parts.push(name);
        }
        (!parts.is_empty()).then(|| parts.join("."))
    }

    /// A module of that name beside this one: Python 2 looks there too.
    pub fn sibling(&self, name: &str) -> Option<String> {
        self.absolute(1, name)
    }
}

/// The statement that counts among those that bind a name: the last that is surely done, or else the first.
pub fn binding<'s>(
    statements: impl Iterator<Item = (usize, &'s Statement)>,
) -> Option<(usize, &'s Statement)> {
    let binding: Vec<_> = statements.filter(|(_, one)| one.kind.binds()).collect();
    let sure = binding.iter().rfind(|(_, one)| one.guard != Guard::Unknown);
    sure.or(binding.first()).copied()
}

impl ClassRef {
    pub fn class(&self) -> Option<&Class> {
        match &self.module.body.get(self.statement)?.kind {
            StatementKind::Class(class) => Some(class),
            _ => None,
        }
    }

    /// Its dotted name.
    pub fn path(&self) -> String {
        let name = self.class().map(|class| class.name.as_str());
        format!("{}.{}", self.module.name, name.unwrap_or_default())
    }

    /// Where its name stands.
    pub fn span(&self) -> Range<usize> {
        let statement = self.module.body.get(self.statement);
        statement.map_or(0..0, |statement| statement.span.clone())
    }

    /// What its own body says of a name.
    pub fn own(&self, name: &str) -> Option<&Statement> {
        let body = self.class()?.body.iter().enumerate();
        let named = body.filter(|(_, statement)| statement.kind.name() == Some(name));
        binding(named).map(|(_, statement)| statement)
    }
}

impl Place {
    pub fn function(&self) -> Option<&Function> {
        match &self.module.body.get(self.statement)?.kind {
            StatementKind::Function(function) => Some(function),
            _ => None,
        }
    }

    /// The statement of its module.
    pub fn index(&self) -> usize {
        self.statement
    }

    /// Its name in its module.
    pub fn name(&self) -> &str {
        let statement = self.module.body.get(self.statement);
        statement
            .and_then(|one| one.kind.name())
            .unwrap_or_default()
    }

    pub fn value(&self) -> Option<&Expr> {
        match &self.module.body.get(self.statement)?.kind {
            StatementKind::Assign { value, .. } => Some(value),
            _ => None,
        }
    }
}
