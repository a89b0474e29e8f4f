//! A checkpoint: where every chain of a store ends, under one number that can be signed and kept elsewhere.
//!
//! It is a text. Each line but the first says of one case where its two chains end, in the order of the cases' ids. The first
//! says how many there are, when, and the *root* of the Merkle tree (RFC 6962, SHA-256) of whose leaves each is one of these
//! lines, byte for byte. Whoever keeps the root alone can later be shown that a case was in it, by the case's own line and some
//! twenty hashes, without seeing any other case.

use chrono::SecondsFormat;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{InclusionProof, RootHash};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use crate::Store;
use crate::error::StoreError;
use crate::head::Head;
use crate::journal::{DIRECTORY, WHOLE_STORE};

const SCHEMA: &str = "risk-checkpoint/1";
const INCLUSION: &str = "risk-inclusion/1";

/// Where the chains of one case end. The case of zeros is the journal of the store as a whole, and that which ends with
/// `7269736b` the directory of facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// The case.
    pub case_id: Uuid,
    /// How many records.
    pub records: u64,
    /// The last one's hash; empty where there is none.
    pub head: String,
    /// How many entries of the journal.
    pub entries: u64,
    /// The last one's hash; empty where there is none.
    pub journal: String,
}

/// Where every chain of a store ended at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// When, in UTC.
    pub at: String,
    /// The root of the tree, 64 hexadecimal digits: what to sign and keep.
    pub root: String,
    /// The cases, in the order of their ids.
    pub leaves: Vec<Leaf>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    schema: String,
    at: String,
    cases: usize,
    root: String,
}

/// That one case was in a checkpoint, shown without the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inclusion {
    schema: String,
    /// Where the chains of the case ended.
    pub leaf: Leaf,
    /// Its place among the leaves, from 0.
    pub index: u64,
    /// How many leaves there are.
    pub cases: u64,
    /// The root that it leads to.
    pub root: String,
    /// The hashes beside the way from the leaf to the root, one after the other.
    path: Vec<String>,
}

/// Why a text is not a valid checkpoint or proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// A line of another form.
    #[error("line {line}: expected {expected}, found {found}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What was expected.
        expected: &'static str,
        /// What was found.
        found: String,
    },
    /// The lines are not those that the root was made of.
    #[error("expected lines of the root {expected}, found those of {found}")]
    Root {
        /// What the first line says, or the root that was kept.
        expected: String,
        /// What the lines come to.
        found: String,
    },
    /// The case is not in it.
    #[error("expected a case of the checkpoint, found {0}, which is not in it")]
    NoCase(Uuid),
}

impl From<&Head> for Leaf {
    fn from(head: &Head) -> Self {
        Self {
            case_id: head.case_id,
            records: head.records,
            head: head.record_hash.clone(),
            entries: head.entries,
            journal: head.entry_hash.clone(),
        }
    }
}

impl Leaf {
    /// Whether it is of a case, and not of what is the store's own: its journal and its directory of facts.
    #[must_use]
    pub fn is_of_a_case(&self) -> bool {
        self.case_id != WHOLE_STORE && self.case_id != DIRECTORY
    }

    fn line(&self) -> String {
        // A struct of texts and numbers always has a form in JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Store {
    /// Where every chain ends now, once the store was verified. What to do with it: write it out, sign it, keep it where those
    /// who can write to the store cannot.
    ///
    /// # Errors
    /// [`StoreError::NotIntact`]; and where the store cannot be read.
    pub fn checkpoint(&self) -> Result<Checkpoint, StoreError> {
        self.checkpoint_extending(None, |_| {})
    }

    /// The same, once the store was found to continue an older checkpoint too. `progress` is called as by [`Store::verify`].
    ///
    /// # Errors
    /// As [`Store::checkpoint`].
    pub fn checkpoint_extending(
        &self,
        older: Option<&Checkpoint>,
        progress: impl FnMut(u64),
    ) -> Result<Checkpoint, StoreError> {
        let at = self.now().to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let (found, ends) = self.verified_heads(older, progress)?;
        if let Some(first) = found.differences.first() {
            let of = first.case_id.map_or_else(|| "the store".to_owned(), |case_id| format!("case {case_id}"));
            let first = format!("{of}: {}", first.what);
            return Err(StoreError::NotIntact { differences: found.differences.len(), first });
        }
        let leaves: Vec<Leaf> = ends.iter().map(Leaf::from).collect();
        Ok(Checkpoint { at, root: hexadecimal(&tree(&leaves).root()), leaves })
    }

    /// How many records came in since a checkpoint, or since the store was made.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn records_since(&self, checkpoint: Option<&Checkpoint>) -> Result<u64, StoreError> {
        let then: u64 = checkpoint.iter().flat_map(|c| &c.leaves).map(|leaf| leaf.records).sum();
        Ok(self.look(Head::records)?.saturating_sub(then))
    }
}

impl Checkpoint {
    /// The text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Self { at, root, leaves } = self;
        let first = First { schema: SCHEMA.to_owned(), at: at.clone(), cases: leaves.len(), root: root.clone() };
        let first = serde_json::to_string(&first).unwrap_or_default();
        std::iter::once(first).chain(leaves.iter().map(Leaf::line)).flat_map(|line| [line, "\n".to_owned()]).collect()
    }

    /// Reads a checkpoint, and finds its root to be that of its lines.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = (1..).zip(text.lines());
        let wrong = |line, expected, found: &dyn std::fmt::Display| CheckpointError::Line {
            line,
            expected,
            found: found.to_string(),
        };
        let (_, first) = lines.next().ok_or_else(|| wrong(1, "the first line of a checkpoint", &"nothing"))?;
        let first: First = serde_json::from_str(first).map_err(|e| wrong(1, "the first line of a checkpoint", &e))?;
        if first.schema != SCHEMA {
            return Err(wrong(1, "the schema risk-checkpoint/1", &"another"));
        }
        let leaf = |(line, text): (usize, &str)| -> Result<Leaf, CheckpointError> {
            serde_json::from_str(text).map_err(|e| wrong(line, "where the chains of a case end", &e))
        };
        let leaves = lines.map(leaf).collect::<Result<Vec<_>, _>>()?;
        if let Some(i) = leaves.windows(2).position(|two| matches!(two, [a, b] if a.case_id >= b.case_id)) {
            return Err(wrong(i.saturating_add(3), "cases in the order of their ids, each once", &"another order"));
        }
        let found = hexadecimal(&tree(&leaves).root());
        if found != first.root || leaves.len() != first.cases {
            return Err(CheckpointError::Root { expected: first.root, found });
        }
        Ok(Self { at: first.at, root: first.root, leaves })
    }

    /// Shows that one case is in it.
    ///
    /// # Errors
    /// [`CheckpointError::NoCase`].
    pub fn prove(&self, case_id: Uuid) -> Result<Inclusion, CheckpointError> {
        let index = self.leaves.binary_search_by_key(&case_id, |leaf| leaf.case_id);
        let index = index.map_err(|_| CheckpointError::NoCase(case_id))?;
        let leaf = self.leaves.get(index).ok_or(CheckpointError::NoCase(case_id))?.clone();
        let proof = tree(&self.leaves).prove_inclusion(index);
        let path = proof.as_bytes().chunks(HASH).map(hexadecimal_of).collect();
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let (index, cases) = (count(index), count(self.leaves.len()));
        Ok(Inclusion { schema: INCLUSION.to_owned(), leaf, index, cases, root: self.root.clone(), path })
    }

    /// What it says of a case.
    #[must_use]
    pub fn leaf(&self, case_id: Uuid) -> Option<&Leaf> {
        let index = self.leaves.binary_search_by_key(&case_id, |leaf| leaf.case_id).ok()?;
        self.leaves.get(index)
    }
}

impl Inclusion {
    /// Whether the case's line leads to that root, which was kept elsewhere.
    #[must_use]
    pub fn leads_to(&self, root: &str) -> bool {
        let path: Option<Vec<u8>> =
            self.path.iter().map(|hash| bytes_of(hash)).collect::<Option<Vec<_>>>().map(|p| p.concat());
        let (Some(path), Some(root)) = (path, bytes_of(root)) else { return false };
        let Ok(root) = <[u8; HASH]>::try_from(root) else { return false };
        // No store has so many cases, and beyond that the tree has no places.
        if self.schema != INCLUSION || self.cases > 1 << 40 || self.index >= self.cases {
            return false;
        }
        let Ok(proof) = InclusionProof::<Sha256>::try_from_bytes(path) else { return false };
        RootHash::new(root.into(), self.cases).verify_inclusion(&self.leaf.line(), self.index, &proof).is_ok()
    }
}

const HASH: usize = 32;

fn tree(leaves: &[Leaf]) -> MemoryBackedTree<Sha256, String> {
    let mut tree = MemoryBackedTree::new();
    leaves.iter().for_each(|leaf| tree.push(leaf.line()));
    tree
}

fn hexadecimal(root: &RootHash<Sha256>) -> String {
    hexadecimal_of(root.as_bytes())
}

fn hexadecimal_of(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits.filter(|d| d.len() == HASH * 2)?;
    Some(digits.chunks_exact(2).map(|two| two.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}
