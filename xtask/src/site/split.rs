//! Cuts one WASM in two: what only a few exports need goes into a file of its own, which is loaded when one of them is
//! first called.
//!
//! The second file has code and nothing else. Memory, tables, globals and the functions it shares with the first come
//! from there, so both are one program and nothing is loaded twice. Constants stay in the first file. The first never
//! calls the second: what its own exports or its function table reach is its own.

use crate::failure::{Failure, Result, While};
use std::collections::HashSet;
use walrus::{
    ExportItem, FunctionId, FunctionKind, GlobalId, GlobalKind, Import, ImportKind,
    ImportedFunction, MemoryId, Module, ModuleConfig, TableId,
};

/// What the second file calls the first.
const FIRST: &str = "first";

/// The two files.
pub(super) struct Halves {
    pub(super) first: Vec<u8>,
    pub(super) second: Vec<u8>,
}

/// Cuts `wasm` so that these exports, and what nothing else needs, are in the second half.
pub(super) fn split(wasm: &[u8], late: &[&str]) -> Result<Halves> {
    // Ids are numbers of one module each. All are read from the same bytes, so that the numbers agree.
    let early = Numbers::of(&without(wasm, late)?);
    let mut second = parse(wasm)?;
    let shared = second_half(&mut second, late, &early);
    let mut first = parse(wasm)?;
    remove_exports(&mut first, late)?;
    for one in shared {
        first.exports.add(&one.name(), one.found_in(&first)?);
    }
    walrus::passes::gc::run(&mut first);
    Ok(Halves {
        first: first.emit_wasm(),
        second: second.emit_wasm(),
    })
}

fn parse(wasm: &[u8]) -> Result<Module> {
    ModuleConfig::new()
        .generate_producers_section(false)
        .parse(wasm)
        .doing(|| "reading the WASM that is to be cut")
}

fn remove_exports(module: &mut Module, names: &[&str]) -> Result<()> {
    for name in names {
        module
            .exports
            .remove(name)
            .doing(|| format!("looking for {name} in the WASM"))?;
    }
    Ok(())
}

/// The module as it is without these exports.
fn without(wasm: &[u8], names: &[&str]) -> Result<Module> {
    let mut module = parse(wasm)?;
    remove_exports(&mut module, names)?;
    walrus::passes::gc::run(&mut module);
    Ok(module)
}

/// The functions of a module by their numbers.
struct Numbers(HashSet<usize>);

impl Numbers {
    fn of(module: &Module) -> Self {
        Self(module.funcs.iter().map(|one| one.id().index()).collect())
    }
}

/// Something that both halves use, by its number.
enum Shared {
    Function(usize),
    Global(usize),
    Memory(usize),
    Table(usize),
}

impl Shared {
    fn of(import: &Import) -> Option<Self> {
        Some(match import.kind {
            ImportKind::Function(id) => Self::Function(id.index()),
            ImportKind::Global(id) => Self::Global(id.index()),
            ImportKind::Memory(id) => Self::Memory(id.index()),
            ImportKind::Table(id) => Self::Table(id.index()),
            ImportKind::Tag(_) => return None,
        })
    }

    /// What the first half exports it as. The names of bindings never begin with a digit.
    fn name(&self) -> String {
        match self {
            Self::Function(number) => format!("{number}"),
            Self::Global(number) => format!("{number}g"),
            Self::Memory(number) => format!("{number}m"),
            Self::Table(number) => format!("{number}t"),
        }
    }

    fn found_in(&self, module: &Module) -> Result<ExportItem> {
        fn find<I>(mut all: impl Iterator<Item = I>, is: impl Fn(&I) -> bool) -> Result<I> {
            all.find(|one| is(one))
                .ok_or_else(|| Failure::new("the halves of the WASM do not fit together"))
        }
        Ok(match self {
            Self::Function(number) => {
                let all = module.funcs.iter().map(walrus::Function::id);
                ExportItem::Function(find(all, |id: &FunctionId| id.index() == *number)?)
            }
            Self::Global(number) => {
                let all = module.globals.iter().map(walrus::Global::id);
                ExportItem::Global(find(all, |id: &GlobalId| id.index() == *number)?)
            }
            Self::Memory(number) => {
                let all = module.memories.iter().map(walrus::Memory::id);
                ExportItem::Memory(find(all, |id: &MemoryId| id.index() == *number)?)
            }
            Self::Table(number) => {
                let all = module.tables.iter().map(walrus::Table::id);
                ExportItem::Table(find(all, |id: &TableId| id.index() == *number)?)
            }
        })
    }
}

/// Makes the module the second half; answers what it takes from the first.
fn second_half(module: &mut Module, late: &[&str], early: &Numbers) -> Vec<Shared> {
    let others: Vec<_> = module
        .exports
        .iter()
        .filter(|one| !late.contains(&one.name.as_str()))
        .map(walrus::Export::id)
        .collect();
    for id in others {
        module.exports.delete(id);
    }
    module.start = None;
    // The first half has filled memory and tables by then.
    let data: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    for id in data {
        module.data.delete(id);
    }
    let elements: Vec<_> = module.elements.iter().map(walrus::Element::id).collect();
    for id in elements {
        module.elements.delete(id);
    }
    let old: Vec<_> = module.imports.iter().map(Import::id).collect();
    for id in old {
        module.imports.delete(id);
    }

    let functions: Vec<_> = module
        .funcs
        .iter()
        .map(|one| (one.id(), one.ty()))
        .filter(|(id, _)| early.0.contains(&id.index()))
        .collect();
    for (id, ty) in functions {
        let import = module
            .imports
            .add(FIRST, &Shared::Function(id.index()).name(), id);
        module.funcs.get_mut(id).kind = FunctionKind::Import(ImportedFunction { import, ty });
    }
    let globals: Vec<_> = module.globals.iter().map(walrus::Global::id).collect();
    for id in globals {
        let import = module
            .imports
            .add(FIRST, &Shared::Global(id.index()).name(), id);
        module.globals.get_mut(id).kind = GlobalKind::Import(import);
    }
    let memories: Vec<_> = module.memories.iter().map(walrus::Memory::id).collect();
    for id in memories {
        let import = module
            .imports
            .add(FIRST, &Shared::Memory(id.index()).name(), id);
        let memory = module.memories.get_mut(id);
        memory.import = Some(import);
        memory.data_segments.clear();
    }
    let tables: Vec<_> = module.tables.iter().map(walrus::Table::id).collect();
    for id in tables {
        let import = module
            .imports
            .add(FIRST, &Shared::Table(id.index()).name(), id);
        let table = module.tables.get_mut(id);
        table.import = Some(import);
        table.elem_segments.clear();
    }
    // Of all this only what is used is left.
    walrus::passes::gc::run(module);
    module.imports.iter().filter_map(Shared::of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::ValType::I32;
    use walrus::{FunctionBuilder, ModuleFunctions};

    /// A function that calls others one after the other.
    fn calling(module: &mut Module, called: &[FunctionId]) -> FunctionId {
        let mut builder = FunctionBuilder::new(&mut module.types, &[], &[I32]);
        let mut body = builder.func_body();
        for function in called {
            body.call(*function).drop();
        }
        body.i32_const(1);
        builder.finish(Vec::new(), &mut module.funcs)
    }

    fn names<'m>(items: impl Iterator<Item = &'m String>) -> Vec<String> {
        items.cloned().collect()
    }

    fn local(functions: &ModuleFunctions) -> usize {
        functions.iter_local().count()
    }

    #[test]
    fn what_only_the_late_export_needs_is_in_the_second_half() {
        let mut module = Module::default();
        let both = calling(&mut module, &[]);
        let own = calling(&mut module, &[]);
        let early = calling(&mut module, &[both]);
        let late = calling(&mut module, &[both, own]);
        module.exports.add("early", early);
        module.exports.add("late", late);

        let halves =
            split(&module.emit_wasm(), &["late"]).unwrap_or_else(|failure| panic!("{failure}"));
        let first = parse(&halves.first).unwrap_or_else(|failure| panic!("{failure}"));
        let second = parse(&halves.second).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(local(&first.funcs), 2, "early, and what both need");
        assert_eq!(local(&second.funcs), 2, "late, and its own");
        assert_eq!(names(second.exports.iter().map(|one| &one.name)), ["late"]);
        let taken = names(second.imports.iter().map(|one| &one.name));
        assert_eq!(taken.len(), 1);
        let given = names(first.exports.iter().map(|one| &one.name));
        assert_eq!(given, ["early", taken[0].as_str()]);
    }

    #[test]
    fn an_export_that_is_not_there_is_told() {
        let module = Module::default().emit_wasm();
        assert!(split(&module, &["late"]).is_err());
    }
}
