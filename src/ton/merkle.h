// Merkle proofs as cells: looking through one, and making one.
#pragma once

#include <unordered_set>

#include "ton/cell.h"
#include "ton/proof_error.h"

namespace cocoon::ton {

using CellHashes = std::unordered_set<base::Bits256, base::Bits256Hash>;

// The tree inside a Merkle proof cell of level 0: pruned in places, but whatever is there is as in
// the tree whose root has this hash(0). Refuses any other cell (proof_form).
base::Result<CellRef> open_proof(const CellRef& proof);
// The same, if it is about the tree with this hash (else proof_root).
base::Result<CellRef> open_proof_of(const CellRef& proof, const base::Bits256& root_hash);

// A proof of `root` that shows the cells with these hashes (the root always), and no others.
// Subtrees without references that are no bigger than a pruned branch stay too. `root` must be of
// level 0.
base::Result<CellRef> build_proof(const CellRef& root, const CellHashes& shown);

}  // namespace cocoon::ton
