//! The tree of pages (ISO 32000-2, section 7.7.3).

use std::collections::HashSet;

use super::super::lex::{Lexer, Value};
use super::super::xref::Place;
use super::{MOST_CHILDREN, Walk};
use crate::media::{Bytes, Facts, Fault, ReadError};

/// Pages nested deeper than this are in a circle.
const MOST_LEVELS: usize = 256;

impl Walk<'_> {
    /// The children of nodes that keep them in an array of their own.
    pub(super) fn fetch_children(&mut self, bytes: &mut Bytes<'_>) -> Result<(), ReadError> {
        for (node, array) in std::mem::take(&mut self.indirect) {
            let Some(Place::At(offset)) = self.place(array).filter(|_| self.to_read > 0) else {
                self.partial = true;
                continue;
            };
            let mut references = Vec::new();
            let mut lexer = Lexer::new(bytes, offset);
            if lexer.object_header()? == Some(array) && lexer.object(&mut references)?.is_ok() {
                self.kept_children += references.len() + 4;
                if self.kept_children <= MOST_CHILDREN {
                    self.children.insert(node, references.into_iter().map(Value::Ref).collect());
                } else {
                    self.partial = true;
                }
            }
            self.to_read = self.to_read.saturating_sub(lexer.read());
        }
        Ok(())
    }

    /// Counts the leaves of the page tree.
    pub(super) fn pages(&mut self, catalog: u32, facts: &mut Facts) {
        let Some(root) = self.pages_root else {
            let known = self.leaves.contains(&catalog) || self.children.contains_key(&catalog);
            // A catalog that could not be read has its own fault already.
            if !self.partial && (known || self.tallies.is_empty()) {
                facts.fault(
                    Fault::corrupt("page-tree-missing", format!("the catalog, object {catalog}, names no page tree"))
                        .at(self.offset(catalog))
                        .effect("readers show no page"),
                );
            }
            return;
        };
        let mut visited: HashSet<u32> = HashSet::new();
        // And the node that names it.
        let mut missing: Option<(u32, u32)> = None;
        let (mut pages, mut lost) = (0u32, 0u32);
        let mut stack: Vec<(u32, u32, usize)> = vec![(root, catalog, 0)];
        while let Some((node, parent, level)) = stack.pop() {
            if level > MOST_LEVELS || !visited.insert(node) {
                continue;
            }
            if let Some(kids) = self.children.remove(&node) {
                for kid in kids.into_iter().rev() {
                    match kid {
                        Value::Ref(number) => stack.push((number, node, level + 1)),
                        // A page that stands in its parent itself: against the rules, and read by most.
                        Value::Other => pages = pages.saturating_add(1),
                        _ => {}
                    }
                }
            } else if self.leaves.contains(&node) && node != root {
                pages = pages.saturating_add(1);
            } else {
                lost = lost.saturating_add(1);
                missing = missing.or(Some((node, parent)));
            }
        }
        if self.partial && lost > 0 {
            return;
        }
        facts.pages = Some(pages);
        let Some((first, parent)) = missing else {
            if pages == 0 {
                facts.fault(
                    Fault::corrupt("no-pages", format!("the page tree, object {root}, has no page"))
                        .at(self.offset(root))
                        .effect("readers show nothing"),
                );
            }
            return;
        };
        let message = if first == root {
            format!("the page tree should be object {root}, and that is no page tree")
        } else {
            let all = pages.saturating_add(lost);
            format!("{lost} of {all} pages cannot be found; the first of them should be object {first}")
        };
        let at = self.known_offset(first).unwrap_or_else(|| self.offset(parent));
        self.tallies.add(Fault::corrupt("page-missing", message).at(at).effect("these pages are not shown"));
    }
}
