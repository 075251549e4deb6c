// Opening and building Merkle proofs.
#include "ton/merkle.h"

#include <unordered_map>

#include "ton/cell_builder.h"

namespace cocoon::ton {
namespace {

constexpr unsigned kPrunedBits = 8 + 8 + 256 + 16;

// Copies a tree level by level; the hash of a cell decides whether it is shown, so each is copied
// once.
class Pruner {
 public:
  explicit Pruner(const CellHashes& shown) : shown_(shown) {}

  // `inside`: how many Merkle cells of the tree itself are above: pruned branches there are of a
  // higher level. The depth of cells bounds the recursion.
  base::Result<CellRef> copy(const CellRef& cell, unsigned inside) {
    const bool small = cell->refs().empty() && cell->bit_count() <= kPrunedBits;
    if (!small && !shown_.contains(cell->hash())) return prune(*cell, inside);
    const auto known = made_.find(cell->hash());
    if (known != made_.end() && inside == 0) return known->second;
    const bool merkle =
        cell->kind() == CellKind::MerkleProof || cell->kind() == CellKind::MerkleUpdate;
    std::vector<CellRef> refs;
    for (const CellRef& ref : cell->refs()) {
      refs.push_back(TRY(copy(ref, merkle ? inside + 1 : inside)));
    }
    const CellRef made = TRY(cell->kind() == CellKind::Ordinary
                                 ? Cell::make_ordinary(cell->data(), cell->bit_count(), refs)
                                 : Cell::make_exotic(cell->data(), cell->bit_count(), refs));
    if (inside == 0) made_.emplace(cell->hash(), made);
    return made;
  }

 private:
  base::Result<CellRef> prune(const Cell& cell, unsigned inside) {
    // What is of a level itself, or deep inside other proofs, is kept as it is.
    if (cell.level() > 0 || inside >= Cell::kMaxLevel) return keep(cell);
    CellBuilder builder;
    builder.store_uint(1, 8).store_uint(1u << inside, 8);
    builder.store_bytes(cell.hash()).store_uint(cell.depth(), 16);
    const CellRef plain = TRY(builder.finish());
    return Cell::make_exotic(plain->data(), plain->bit_count(), {});
  }
  static base::Result<CellRef> keep(const Cell& cell) {
    return cell.kind() == CellKind::Ordinary
               ? Cell::make_ordinary(cell.data(), cell.bit_count(), cell.refs())
               : Cell::make_exotic(cell.data(), cell.bit_count(), cell.refs());
  }

  const CellHashes& shown_;
  std::unordered_map<base::Bits256, CellRef, base::Bits256Hash> made_;
};

}  // namespace

base::Result<CellRef> open_proof(const CellRef& proof) {
  if (!proof || proof->kind() != CellKind::MerkleProof || proof->level() != 0) {
    return base::Error(ProofError::ProofForm, "This is not a Merkle proof.");
  }
  return proof->refs()[0];
}

base::Result<CellRef> open_proof_of(const CellRef& proof, const base::Bits256& root_hash) {
  const CellRef root = TRY(open_proof(proof));
  if (root->hash(0) != root_hash) {
    return base::Error(ProofError::ProofRoot, "The proof is about something else.");
  }
  return root;
}

base::Result<CellRef> build_proof(const CellRef& root, const CellHashes& shown) {
  CHECK(root && root->level() == 0);
  CellHashes with_root = shown;
  with_root.insert(root->hash());
  const CellRef pruned = TRY(Pruner(with_root).copy(root, 0));
  CellBuilder builder;
  builder.store_uint(3, 8).store_bytes(pruned->hash(0)).store_uint(pruned->depth(0), 16);
  const CellRef plain = TRY(builder.finish());
  return Cell::make_exotic(plain->data(), plain->bit_count(), {&pruned, 1});
}

}  // namespace cocoon::ton
