//! The tree of pages (ISO 32000-2, section 7.7.3).

use std::collections::{HashMap, HashSet};

use super::super::lex::{Lexer, PdfValue};
use super::super::xref::{FoundObject, ObjectLocation};
use super::{ObjectWalk, PageNode};
use crate::media::{Bytes, Facts, Fault, ReadError};
use crate::text;

/// Pages nested deeper than this are in a cycle.
const MOST_LEVELS: usize = 256;

/// The result of walking the page tree.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The number of its pages, and the number that cannot be found.
    found: u32,
    lost: u32,
    /// Every node and page visited.
    visited: HashSet<u32>,
    /// The first child that is not a page or node, and its parent.
    missing: Option<(u32, u32)>,
    /// The first node whose children are not all references.
    damaged: Option<u32>,
}

impl Tree {
    pub(super) fn has(&self, number: u32) -> bool {
        self.visited.contains(&number)
    }
}

impl ObjectWalk<'_> {
    /// Reads arrays of children that are separate objects.
    pub(super) fn fetch_children(&mut self, bytes: &mut Bytes<'_>) -> Result<(), ReadError> {
        for (node, array) in std::mem::take(&mut self.indirect) {
            let Some(ObjectLocation::At(offset)) = self.location(array) else {
                self.partial = true;
                continue;
            };
            let mut references = Vec::new();
            let mut lexer = Lexer::new(bytes, offset);
            if lexer.object_header()? == Some(array) && lexer.object(&mut references)?.is_ok() {
                let count = self.nodes.get(&node).and_then(|node| node.count.clone());
                self.keep_node(node, references.into_iter().map(PdfValue::Ref).collect(), count);
            }
        }
        Ok(())
    }

    /// Counts the pages, and reports missing ones.
    pub(super) fn pages(&mut self, catalog: u32, facts: &mut Facts) {
        let Some(root) = self.pages_root else {
            self.tell_mismatches(|number| number == catalog);
            self.no_page_tree(catalog, facts);
            return;
        };
        let mut counted = Vec::new();
        let tree = self.walk_tree(root, catalog, &mut counted);
        if self.partial && tree.lost > 0 {
            self.tell_mismatches(|_| false);
            return;
        }
        facts.pages = Some(tree.found);
        if let Some((first, parent)) = tree.missing {
            let message = if first == root {
                format!("the page tree should be object {root}, but that is not a page tree")
            } else {
                let all = tree.found.saturating_add(tree.lost);
                format!("{} of {all} pages cannot be found; the first of them should be object {first}", tree.lost)
            };
            let at = self.known_offset(first).unwrap_or_else(|| self.offset(parent));
            self.tallies.add(Fault::corrupt("page-missing", message).at(at).effect("these pages are not shown"));
        } else if let Some(node) = tree.damaged {
            let message = format!("the children of object {node}, a node of the page tree, are damaged");
            let fault = Fault::corrupt("page-missing", message).at(self.offset(node));
            self.tallies.add(fault.effect("pages are not shown"));
        } else if tree.found == 0 {
            facts.fault(
                Fault::corrupt("no-pages", format!("the page tree, object {root}, has no page"))
                    .at(self.offset(root))
                    .effect("readers show nothing"),
            );
        } else if !self.partial {
            self.counts(root, &counted);
        }
        self.tell_mismatches(|number| number == catalog || tree.has(number));
        if !self.partial {
            self.tell_losses(&tree);
        }
    }

    fn no_page_tree(&mut self, catalog: u32, facts: &mut Facts) {
        if self.partial {
            return;
        }
        let found = self.table.entries.get(&catalog).map_or(FoundObject::Unread, |entry| entry.found);
        let message = match found {
            FoundObject::Dict | FoundObject::Stream => format!("the catalog, object {catalog}, has no page tree"),
            // An unreadable catalog is a separate fault.
            FoundObject::Unread if self.tallies.has_corrupt() => return,
            FoundObject::Unread => format!("the catalog, object {catalog}, is not in the file"),
            _ => format!("the catalog, object {catalog}, is not a dictionary"),
        };
        facts.fault(
            Fault::corrupt("page-tree-missing", message).at(self.offset(catalog)).effect("readers show no page"),
        );
    }

    /// Walks the tree. Adds each node to `counted`, with its parent and the number of its direct pages, parents first.
    fn walk_tree(&mut self, root: u32, catalog: u32, counted: &mut Vec<(u32, u32, PageNode, u64)>) -> Tree {
        let mut tree = Tree::default();
        let mut stack: Vec<(u32, u32, usize)> = vec![(root, catalog, 0)];
        let mut pages_below: HashMap<u32, u64> = HashMap::new();
        while let Some((number, parent, level)) = stack.pop() {
            if level > MOST_LEVELS || !tree.visited.insert(number) {
                continue;
            }
            if let Some(mut node) = self.nodes.remove(&number) {
                let mut direct = 0;
                for kid in std::mem::take(&mut node.kids).into_iter().rev() {
                    match kid {
                        PdfValue::Ref(kid) => stack.push((kid, number, level + 1)),
                        // A page inside its parent breaks the rules, but most readers accept it.
                        PdfValue::Dict => direct += 1,
                        PdfValue::Damaged | PdfValue::Int(_) => tree.damaged = tree.damaged.or(Some(number)),
                        _ => {}
                    }
                }
                tree.found = tree.found.saturating_add(u32::try_from(direct).unwrap_or(u32::MAX));
                counted.push((number, parent, node, direct));
            } else if self.leaves.contains(&number) && number != root {
                tree.found = tree.found.saturating_add(1);
                *pages_below.entry(parent).or_default() += 1;
            } else {
                tree.lost = tree.lost.saturating_add(1);
                tree.missing = tree.missing.or(Some((number, parent)));
            }
        }
        for (number, .., direct) in counted.iter_mut() {
            *direct += pages_below.get(number).copied().unwrap_or(0);
        }
        tree
    }

    /// Compares the count of each node with the pages below it.
    fn counts(&mut self, root: u32, counted: &[(u32, u32, PageNode, u64)]) {
        let mut below: HashMap<u32, u64> = HashMap::new();
        // Children come after their parents, so going backwards every node has the pages of its children.
        for (number, parent, node, direct) in counted.iter().rev() {
            let pages = below.get(number).copied().unwrap_or(0) + direct;
            *below.entry(*parent).or_default() += pages;
            let what = if *number == root { "the page tree" } else { "a node of the page tree" };
            let message = match &node.count {
                Some(PdfValue::Int(count)) if u64::try_from(*count) == Ok(pages) => continue,
                Some(PdfValue::Int(count)) => {
                    format!("{what}, object {number}, counts {count} pages but has {}", text::count(pages))
                }
                // It may be a separate object.
                Some(PdfValue::Ref(_)) => continue,
                _ => format!(
                    "{what}, object {number}, does not count its pages, of which there are {}",
                    text::count(pages)
                ),
            };
            let fault = Fault::malformed("page-count", message).at(self.offset(*number));
            self.tallies.add(fault.effect("readers that trust the count show too few pages, or blank ones"));
        }
    }
}
