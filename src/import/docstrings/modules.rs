//! Modules, and what their names stand for: imports followed, nothing executed.

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::syntax::{Class, Expr, ExprKind, Function, Guard, Statement, StatementKind};
use super::{Error, ReadFile, encoding, parse};
use crate::finding::{Finding, SourceFile, codes};

/// The largest Python file that is read, in bytes: a parse takes some 30 times the memory.
const MAX_SIZE: usize = 8 * 1024 * 1024;

/// How many names may lead from one to the next; imports may turn in circles.
const MAX_DEPTH: usize = 64;

/// How many names may be looked up to find out what one stands for.
const MAX_LOOKUPS: usize = 4096;

/// How far a search for a name may still go.
#[derive(Clone, Copy)]
struct Steps<'b> {
    depth: usize,
    lookups: &'b Cell<usize>,
}

impl<'b> Steps<'b> {
    fn new(lookups: &'b Cell<usize>) -> Self {
        let depth = MAX_DEPTH;
        Self { depth, lookups }
    }

    /// One step further, where that is allowed.
    fn down(self) -> Option<Self> {
        self.lookups.set(self.lookups.get().checked_sub(1)?);
        let depth = self.depth.checked_sub(1)?;
        Some(Self { depth, ..self })
    }
}

/// A Python file.
#[derive(Debug)]
pub(super) struct Module {
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

/// All modules that were asked for, each read once. Any thread may ask.
pub(super) struct Modules<'a> {
    roots: &'a [String],
    read: &'a ReadFile<'a>,
    known: Mutex<HashMap<String, Arc<Slot>>>,
    failed: Mutex<Option<Error>>,
}

type Slot = OnceLock<Option<Arc<Module>>>;

/// A class, in its module.
#[derive(Debug, Clone)]
pub(super) struct ClassRef {
    pub module: Arc<Module>,
    statement: usize,
}

/// A function of a module, or an expression in one.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub module: Arc<Module>,
    statement: usize,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) enum Entity {
    Module(Arc<Module>),
    Class(ClassRef),
    Function(Place),
    /// A name of a module that is given a value.
    Value(Place),
    /// Something of a module that is not in the source; its dotted name.
    External(String),
    /// Nobody knows.
    Unknown,
}

impl Module {
    fn new(name: &str, path: String, bytes: &[u8], is_package: bool) -> Self {
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
    fn absolute(&self, level: usize, name: &str) -> Option<String> {
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
    fn sibling(&self, name: &str) -> Option<String> {
        self.absolute(1, name)
    }
}

/// The statement that counts among those that bind a name: the last that is surely done, or else the first.
pub(super) fn binding<'s>(
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

impl<'a> Modules<'a> {
    pub fn new(roots: &'a [String], read: &'a ReadFile<'a>) -> Self {
        Self {
            roots,
            read,
            known: Mutex::default(),
            failed: Mutex::default(),
        }
    }

    /// The module of a dotted name, where the source has it.
    pub fn get(&self, name: &str) -> Option<Arc<Module>> {
        let slot = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(name.to_owned()).or_default())
        };
        slot.get_or_init(|| self.load(name)).clone()
    }

    fn load(&self, name: &str) -> Option<Arc<Module>> {
        let is_name = |part: &str| {
            let starts = part.starts_with(|c: char| c.is_alphabetic() || c == '_');
            starts && part.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        if !name.split('.').all(is_name) {
            return None;
        }
        let path = name.replace('.', "/");
        for root in self.roots {
            let below = match root.as_str() {
                "." => path.clone(),
                root => format!("{root}/{path}"),
            };
            for (file, is_package) in [
                (format!("{below}/__init__.py"), true),
                (format!("{below}.py"), false),
            ] {
                match (self.read)(&file) {
                    Ok(Some(bytes)) => {
                        return Some(Arc::new(Module::new(name, file, &bytes, is_package)));
                    }
                    Ok(None) => {}
                    Err(source) => {
                        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                        failed.get_or_insert(Error::Read { path: file, source });
                        return None;
                    }
                }
            }
        }
        None
    }

    /// What is wrong with the modules that were read.
    ///
    /// # Errors
    /// A file that could not be read.
    pub fn into_findings(self) -> Result<Vec<Finding>, Error> {
        let failed = self.failed.into_inner();
        if let Some(error) = failed.unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        let known = self.known.into_inner();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        let modules = known.values().filter_map(|slot| slot.get()?.as_ref());
        Ok(modules.flat_map(|module| module.findings.clone()).collect())
    }

    /// What an expression of a module stands for, as far as names lead.
    pub fn resolve(&self, module: &Arc<Module>, expr: &Expr) -> Entity {
        let lookups = Cell::new(MAX_LOOKUPS);
        self.resolve_within(module, expr, Steps::new(&lookups))
    }

    fn resolve_within(&self, module: &Arc<Module>, expr: &Expr, steps: Steps<'_>) -> Entity {
        match &expr.kind {
            ExprKind::Name(name) => self.lookup(module, name, steps),
            ExprKind::Attribute(object, name) => {
                let Some(left) = steps.down() else {
                    return Entity::Unknown;
                };
                match self.resolve_within(module, object, left) {
                    Entity::Module(module) => self.member(&module, name, left),
                    Entity::External(path) => Entity::External(format!("{path}.{name}")),
                    _ => Entity::Unknown,
                }
            }
            _ => Entity::Unknown,
        }
    }

    /// What a dotted name stands for, seen from nowhere: `package.module.name`.
    pub fn dotted(&self, path: &str) -> Entity {
        if let Some(module) = self.get(path) {
            return Entity::Module(module);
        }
        match path
            .rsplit_once('.')
            .map(|(module, name)| (self.get(module), name))
        {
            Some((Some(module), name)) => {
                let lookups = Cell::new(MAX_LOOKUPS);
                self.member(&module, name, Steps::new(&lookups))
            }
            _ => Entity::External(path.to_owned()),
        }
    }

    /// What a name of a module stands for, seen from outside.
    fn member(&self, module: &Arc<Module>, name: &str, steps: Steps<'_>) -> Entity {
        match self.lookup(module, name, steps) {
            Entity::Unknown => {
                let submodule = self.get(&format!("{}.{name}", module.name));
                submodule.map_or(Entity::Unknown, Entity::Module)
            }
            found => found,
        }
    }

    fn lookup(&self, module: &Arc<Module>, name: &str, steps: Steps<'_>) -> Entity {
        let Some(left) = steps.down() else {
            return Entity::Unknown;
        };
        let Some((statement, found)) = binding(module.statements(name)) else {
            return self.starred(module, name, left);
        };
        let module = Arc::clone(module);
        match &found.kind {
            StatementKind::Class(_) => Entity::Class(ClassRef { module, statement }),
            StatementKind::Function(_) => Entity::Function(Place { module, statement }),
            StatementKind::Assign { value, .. } => {
                // A name for another name.
                if value.dotted().is_some() {
                    match self.resolve_within(&module, value, left) {
                        // What changes a value under its other name is asked for there.
                        Entity::Unknown | Entity::Value(_) => {}
                        entity => return entity,
                    }
                }
                Entity::Value(Place { module, statement })
            }
            StatementKind::Import { module: path, .. } => self.imported(&module, path),
            StatementKind::From {
                level,
                module: from,
                original,
                ..
            } => {
                let Some(path) = module.absolute(*level, from) else {
                    return Entity::Unknown;
                };
                let sibling = module.sibling(&path).filter(|_| *level == 0);
                let source = self.get(&path).or_else(|| self.get(&sibling?));
                match source {
                    // A package that imports its own submodule names it so.
                    Some(source) if source.name == module.name => {
                        let submodule = self.get(&format!("{}.{original}", source.name));
                        submodule.map_or(Entity::Unknown, Entity::Module)
                    }
                    Some(source) => self.member(&source, original, left),
                    // A folder without `__init__.py` is a package as well.
                    None => match self.get(&format!("{path}.{original}")) {
                        Some(submodule) => Entity::Module(submodule),
                        None => Entity::External(format!("{path}.{original}")),
                    },
                }
            }
            _ => Entity::Unknown,
        }
    }

    fn imported(&self, module: &Module, path: &str) -> Entity {
        let sibling = || self.get(&module.sibling(path)?);
        match self.get(path).or_else(sibling) {
            Some(found) => Entity::Module(found),
            None => Entity::External(path.to_owned()),
        }
    }

    /// What `from module import *` gives a name.
    fn starred(&self, module: &Arc<Module>, name: &str, steps: Steps<'_>) -> Entity {
        let stars = module.body.iter().rev().filter_map(|one| match &one.kind {
            StatementKind::Star {
                level,
                module: from,
            } => module.absolute(*level, from),
            _ => None,
        });
        for path in stars {
            let source = self.get(&path).filter(|source| source.name != module.name);
            if let Some(source) = source {
                match self.lookup(&source, name, steps) {
                    Entity::Unknown => {}
                    found => return found,
                }
            }
        }
        Entity::Unknown
    }
}
