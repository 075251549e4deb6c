"""A lite server that lies stands between our lite client and the devnet: each lie is refused by its own name, the liar is
named and rests, and an honest server carries on."""

import struct
from dataclasses import replace

import pytest

from chain import TON, Devnet, Wallet, Watch, cocoon, config_with, history
from lite import answers, cells
from lite.answers import ACCOUNT_STATE, BLOCK_PROOF, BLOCK_TRANSACTIONS, MASTERCHAIN_INFO, TRANSACTIONS, decode
from lite.liar import Delay, Liar, Lie, RawFrame, damaged_frame

BLOCK_ID = 80


def flipped(data):
    return data[:-1] + bytes([data[-1] ^ 1])


class Chain:
    """A devnet with a past: key blocks, an account with several transactions, another one."""

    def __init__(self, folder):
        self.folder = folder
        self.devnet = Devnet(folder, "--validators", "4", "--block-ms", "200", "--idle-ms", "500")
        alice, bob = Wallet(folder, "alice").new(), Wallet(folder, "bob").new()
        self.alice, self.bob = alice.address, bob.address
        self.bob_raw = bytes.fromhex(bob.made["address_raw"].partition(":")[2])
        self.liars = []
        self.devnet.gift(self.alice, TON)
        self.devnet.gift(self.bob, 7 * TON)
        self.devnet.key_block(rotate=True)
        for number in range(4):
            self.devnet.gift(self.alice, TON + number)
        self.devnet.blocks(2)

    def liar(self, lie=None):
        liar = Liar(self.devnet.lite_port, self.devnet.lite_key, lie)
        self.liars.append(liar)
        return liar

    def watch(self, name, servers, address=None):
        """A watcher that knows these servers only."""
        config = config_with(self.devnet, self.folder / f"{name}.json", [server.server for server in servers])
        return Watch(config, address or self.alice, self.folder / f"{name}.journal")

    def everything_seen(self, watch, timeout=60):
        watch.wait(lambda: watch.recorded() == history(self.devnet, self.alice), "every transaction once", timeout)


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    made = Chain(tmp_path_factory.mktemp("chain"))
    yield made
    for liar in made.liars:
        liar.stop()
    made.devnet.stop()


@pytest.fixture
def watched(chain, request):
    """Starts watchers that end with the test."""
    started = []

    def start(servers, **options):
        name = f"{request.node.name.translate(str.maketrans('[] /', '----'))}-{len(started)}"
        started.append(chain.watch(name, servers, **options))
        return started[-1]
    yield start
    for watch in started:
        watch.kill()


class Down(Lie):
    """No server at all, for now."""

    def end(self, number):
        return True


class Edited(Lie):
    """Changes the answers to one function."""

    def __init__(self, function, edit):
        self.function, self.edit = function, edit

    def answer(self, function, question, answer):
        if function != self.function:
            return answer
        told = decode(answer)
        if told is None:
            return answer
        edited = self.edit(told)
        return edited if isinstance(edited, bytes) else (edited or told).encode()


def block_lie(edit):
    return Edited(BLOCK_PROOF, edit)


class NewestIs(Lie):
    """Calls the newest block something else, and proves it with the proof of the real one under that name."""

    def __init__(self, rename):
        self.rename, self.real = rename, {}

    def answer(self, function, question, answer):
        told = decode(answer)
        if function == MASTERCHAIN_INFO and told:
            real, told.last = told.last, self.rename(told.last)
            self.real[told.last.encode()] = real
            return told.encode()
        if function == BLOCK_PROOF and told:
            told.end = told.steps[-1].end = self.rename(told.end)
            return told.encode()
        return answer

    def question(self, function, question):
        if function != BLOCK_PROOF:
            return question
        target = question[8 + BLOCK_ID :]
        return question[: 8 + BLOCK_ID] + self.real[target].encode()


def signature_lie(change):
    def edit(proof):
        change(proof.steps[0].signed)
    return block_lie(edit)


def swap_signatures(signed):
    rows = signed.signatures
    rows[0][1], rows[1][1] = rows[1][1], rows[0][1]


def twice(signed):
    signed.signatures[2] = signed.signatures[1]


def stranger(signed):
    signed.signatures[0][0] = flipped(signed.signatures[0][0])


def one_only(signed):
    del signed.signatures[1:]


def other_session(signed):
    signed.catchain_seqno += 1


def step_left_out(proof):
    del proof.steps[0]


def wrong_key_flag(proof):
    proof.steps[-1].to_key_block = not proof.steps[-1].to_key_block


def short_header(proof):
    proof.steps[-1].dest_proof = proof.steps[-1].dest_proof[:-5]


def stays_where_it_is(proof):
    return answers.BlockProof(False, proof.start, proof.start)


def other_network(told):
    told.init = flipped(told.init)


ABOUT_BLOCKS = {
    "a wrong root hash": (NewestIs(lambda block: replace(block, root_hash=flipped(block.root_hash))), "proof_root"),
    "a wrong file hash": (NewestIs(lambda block: replace(block, file_hash=flipped(block.file_hash))), "signature_wrong"),
    "an old block as a new one": (NewestIs(lambda block: replace(block, seqno=block.seqno + 1000)), "proof_block"),
    "a block of another shard": (NewestIs(lambda block: replace(block, workchain=0)), "link_masterchain"),
    "too few signatures": (signature_lie(one_only), "signature_weight"),
    "a signature twice": (signature_lie(twice), "signer_twice"),
    "a stranger's signature": (signature_lie(stranger), "signer_unknown"),
    "signatures exchanged": (signature_lie(swap_signatures), "signature_wrong"),
    "validators of another session": (signature_lie(other_session), "validator_set"),
    "a step left out": (block_lie(step_left_out), "link_order"),
    "a wrong key block flag": (block_lie(wrong_key_flag), "link_key_flag"),
    "a header cut short": (block_lie(short_header), "boc_truncated"),
    "an answer cut short": (block_lie(lambda proof: proof.encode()[:-100]), "truncated"),
    "a way that leads nowhere": (block_lie(stays_where_it_is), "server_no_proof"),
    "another network": (Edited(MASTERCHAIN_INFO, other_network), "wrong_network"),
}


def with_roots(bag, change):
    return cells.serialize(change(cells.parse(bag)))


def account_lie(change):
    def edit(told):
        return change(told)
    return Edited(ACCOUNT_STATE, edit)


def older_name(told):
    told.id = replace(told.id, seqno=told.id.seqno - 1)


def no_state(told):
    told.state = b""


def older_shard(told):
    told.shard_block = replace(told.shard_block, seqno=told.shard_block.seqno - 1)


def foreign_shard(told):
    """A shard of addresses that begin with 31 zeros."""
    told.shard_block = replace(told.shard_block, shard=1 << 32)


def one_proof(told):
    told.proof = with_roots(told.proof, lambda roots: roots[:1])


def short_proof(told):
    told.proof = told.proof[:-5]


def other_state(told):
    """Another root under the header: the masterchain's state for the shard's."""
    shard, master = cells.parse(told.proof), cells.parse(told.shard_proof)
    told.proof = cells.serialize([shard[0], master[1]])


def hidden_accounts(told):
    """All of the state's branches pruned but what is pruned already."""
    def hide(roots):
        state = roots[1].refs[0]
        hidden = [ref if ref.mask else ref.pruned() for ref in state.refs]
        shown = state.with_refs([pruned_below(ref) for ref in hidden])
        return [roots[0], cells.proof_of(shown)]
    told.proof = with_roots(told.proof, hide)
    told.state = b""


def pruned_below(cell):
    """Pruned by the hash that it has outside of the proof."""
    if cell.kind == cells.PRUNED:
        return cell
    data = bytes([cells.PRUNED, 1]) + cell.hash(0) + struct.pack(">H", cell.depth(0))
    return cells.Cell(data, 288, (), True)


def richer(told):
    """The account's own cell with one bit of it changed."""
    def change(roots):
        root = roots[0]
        return [cells.Cell(root.data[:-2] + bytes([root.data[-2] ^ 1]) + root.data[-1:], root.bits, root.refs)]
    told.state = with_roots(told.state, change)


class SwappedAccount(Lie):
    """Answers about another account, all of it true."""

    def __init__(self, other):
        self.other = other

    def question(self, function, question):
        return question[:-32] + self.other if function == ACCOUNT_STATE else question


class SwappedState(SwappedAccount):
    """True proofs about the account, with the state of another one."""

    def __init__(self, other):
        super().__init__(other)
        self.real = None

    def question(self, function, question):
        if self.real is None:
            return super().question(function, question)
        return question

    def answer(self, function, question, answer):
        told = decode(answer) if function == ACCOUNT_STATE else None
        if told is None:
            return answer
        if self.real is None:  # the first answer is spent on learning the other's state
            self.real = told.state
            return answers.ERROR + struct.pack("<i", 1) + answers.tl_bytes(b"not now")
        told.state = self.real
        return told.encode()


class OlderState(Lie):
    """The account as it was some blocks ago, under the name of the block that was asked about."""

    def __init__(self):
        self.blocks = []

    def question(self, function, question):
        if function != ACCOUNT_STATE:
            return question
        at = 16 if question[:4] == answers.WAIT else 4
        self.blocks.append(question[at : at + BLOCK_ID])
        return question[:at] + self.blocks[0] + question[at + BLOCK_ID :]

    def answer(self, function, question, answer):
        told = decode(answer) if function == ACCOUNT_STATE else None
        if told is None:
            return answer
        if len(self.blocks) == 1:
            return answers.ERROR + struct.pack("<i", 1) + answers.tl_bytes(b"not now")
        told.id = answers.Block.read(answers.Reader(self.blocks[-1]))
        return told.encode()


ABOUT_ACCOUNTS = {
    "an answer about an older block": (account_lie(older_name), "answer_block"),
    "a state left out": (account_lie(no_state), "account_missing"),
    "an older shard block": (account_lie(older_shard), "shard_mismatch"),
    "a foreign shard": (account_lie(foreign_shard), "shard_foreign"),
    "one proof of two": (account_lie(one_proof), "proof_form"),
    "a proof cut short": (account_lie(short_proof), "boc_truncated"),
    "another state under the header": (account_lie(other_state), "proof_state"),
    "accounts hidden": (account_lie(hidden_accounts), "cell_pruned"),
    "a bit of the account changed": (account_lie(richer), "account_mismatch"),
    "an answer cut short": (account_lie(lambda told: told.encode()[:-8]), "truncated"),
}


def transaction_lie(change):
    def edit(told):
        told.transactions = with_roots(told.transactions, change)
    return Edited(TRANSACTIONS, edit)


def none_at_all(told):
    return answers.TransactionList(told.ids, b"")


def altered(roots):
    old = roots[1]
    return [roots[0], cells.Cell(flipped(old.data), old.bits, old.refs), *roots[2:]]


ABOUT_TRANSACTIONS = {
    "one missing in the middle": (transaction_lie(lambda roots: roots[:1] + roots[2:]), "transaction_mismatch"),
    "the newest missing": (transaction_lie(lambda roots: roots[1:]), "transaction_mismatch"),
    "two exchanged": (transaction_lie(lambda roots: [roots[1], roots[0], *roots[2:]]), "transaction_mismatch"),
    "one altered": (transaction_lie(altered), "transaction_mismatch"),
    "one twice": (transaction_lie(lambda roots: [roots[0], *roots]), "transaction_mismatch"),
    "none": (Edited(TRANSACTIONS, none_at_all), "transaction_missing"),
    "far too many": (transaction_lie(lambda roots: roots * 10), "boc_too_big"),
}


def expect_caught(chain, watched, lie, reason, unproven):
    """The liar alone at first: nothing of `unproven` comes of it. Then an honest server comes up."""
    liar, honest = chain.liar(lie), chain.liar(Down())
    watch = watched([liar, honest])
    watch.wait(lambda: watch.drops(liar.name), "the liar to be dropped")
    assert watch.drops(liar.name) == [reason]
    assert watch.events(unproven) == []
    honest.lie = Lie()
    chain.everything_seen(watch)
    assert watch.drops(liar.name) == [reason], "it rests for ten minutes"
    assert set(watch.drops(honest.name)) <= {"server_closed"}, "only from when it was down"


@pytest.mark.parametrize("name", ABOUT_BLOCKS)
def test_lies_about_blocks(chain, watched, name):
    expect_caught(chain, watched, *ABOUT_BLOCKS[name], unproven="head")


@pytest.mark.parametrize("name", ABOUT_ACCOUNTS)
def test_lies_about_accounts(chain, watched, name):
    expect_caught(chain, watched, *ABOUT_ACCOUNTS[name], unproven="current")


@pytest.mark.parametrize("name", ABOUT_TRANSACTIONS)
def test_lies_about_transactions(chain, watched, name):
    expect_caught(chain, watched, *ABOUT_TRANSACTIONS[name], unproven="seen")


@pytest.mark.parametrize("kind, reason", [(SwappedAccount, "cell_pruned"), (SwappedState, "account_mismatch")])
def test_another_account_is_not_the_one_asked_for(chain, watched, kind, reason):
    expect_caught(chain, watched, kind(chain.bob_raw), reason, unproven="current")


def test_an_older_state_is_not_the_one_asked_for(chain, watched):
    expect_caught(chain, watched, OlderState(), "proof_root", unproven="current")


# ---- behaviour on the wire --------------------------------------------------------------------------------------------


class Every(Lie):
    """Does the same with every answer."""

    def __init__(self, change, functions=None):
        self.change, self.functions = change, functions

    def answer(self, function, question, answer):
        return self.change(answer) if self.functions is None or function in self.functions else answer


MEBIBYTES_16 = 1 << 24


def huge(told):
    told.proof = bytes(MEBIBYTES_16 - 4096)


OF_THE_WIRE = {
    "a frame beyond the limit": (Every(lambda answer: RawFrame(struct.pack("<I", MEBIBYTES_16 + 1))), "frame_length"),
    "a frame too short": (Every(lambda answer: RawFrame(struct.pack("<I", 63))), "frame_length"),
    "a damaged frame": (Every(damaged_frame), "frame_checksum"),
    "16 MB of nothing": (Every(lambda answer: bytes(MEBIBYTES_16 - 4096), {BLOCK_PROOF}), "unknown_constructor"),
    "16 MB in a proof": (account_lie(huge), "boc_header"),
    "an error for everything": (Every(lambda answer: answers.ERROR + bytes(4) + answers.tl_bytes(b"no")),
                                "server_refused"),
}


@pytest.mark.parametrize("name", OF_THE_WIRE)
def test_faults_of_the_wire(chain, watched, name):
    lie, reason = OF_THE_WIRE[name]
    liar, honest = chain.liar(lie), chain.liar(Down())
    watch = watched([liar, honest])
    watch.wait(lambda: watch.drops(liar.name), "the liar to be dropped")
    assert watch.drops(liar.name)[0] == reason
    honest.lie = Lie()
    chain.everything_seen(watch)


@pytest.mark.parametrize("function", [None, {TRANSACTIONS}], ids=["everything", "transactions"])
def test_silence(chain, watched, function):
    silent, honest = chain.liar(Every(lambda answer: None, function)), chain.liar(Down())
    watch = watched([silent, honest])
    watch.wait(lambda: watch.drops(silent.name), "the silent one to be dropped")
    assert watch.drops(silent.name)[0] == "server_silent"
    assert watch.recorded() == []
    honest.lie = Lie()
    chain.everything_seen(watch)


def test_answers_after_the_deadline_count_for_nothing(chain, watched):
    late, honest = chain.liar(Every(lambda answer: Delay(9, answer))), chain.liar()
    watch = watched([late, honest])
    chain.everything_seen(watch)
    watch.wait(lambda: watch.drops(late.name), "the late one to be dropped")
    assert watch.drops(late.name)[0] == "server_silent"
    assert watch.drops(honest.name) == []


def test_a_slow_server_gives_way_to_a_fast_one(chain, watched):
    slow, honest = chain.liar(Every(lambda answer: Delay(3, answer))), chain.liar()
    watch = watched([slow, honest])
    watch.wait(lambda: watch.drops(slow.name), "the slow one to be dropped", 90)
    assert watch.drops(slow.name)[0] == "server_slow"
    assert watch.drops(honest.name) == []
    chain.everything_seen(watch)


def test_repeated_answers_are_taken_once(chain, watched):
    stutterer = chain.liar(Every(lambda answer: [answer, answer, answer]))
    watch = watched([stutterer])
    chain.everything_seen(watch)
    assert watch.drops() == []


class EndsAfter(Lie):
    """Each connection ends one question later than the one before."""

    def __init__(self):
        self.connection = 0

    def end(self, number):
        if number < self.connection:
            return False
        self.connection += 1
        return True


def test_a_server_that_ends_between_any_two_messages(chain, watched):
    ending = chain.liar(EndsAfter())
    watch = watched([ending])
    chain.everything_seen(watch, 120)
    assert ending.connections >= 3
    assert set(watch.drops()) == {"server_closed"}


class Frozen(Lie):
    """Knows nothing after the first block that it told of."""

    def __init__(self):
        self.info = None

    def answer(self, function, question, answer):
        if function != MASTERCHAIN_INFO:
            return answer
        if decode(answer):
            self.info = self.info or answer
        return self.info


def test_a_server_that_stands_still_is_stale_beside_another(chain, watched):
    frozen, honest = chain.liar(Frozen()), chain.liar()
    watch = watched([frozen, honest])
    chain.everything_seen(watch)
    chain.devnet.blocks(60)
    chain.devnet.blocks(60)
    watch.wait(lambda: watch.drops(frozen.name), "the one that stands still to be dropped")
    assert watch.drops(frozen.name)[0] == "server_stale"
    assert watch.drops(honest.name) == []


def test_one_liar_among_several(chain, watched):
    lying = chain.liar(ABOUT_BLOCKS["signatures exchanged"][0])
    silent = chain.liar(Every(lambda answer: None))
    honest = [chain.liar(), chain.liar()]
    watch = watched([lying, honest[0], silent, honest[1]])
    chain.everything_seen(watch)
    chain.devnet.gift(chain.alice, 17)
    chain.everything_seen(watch)
    watch.wait(lambda: watch.drops(silent.name), "the silent one to be dropped")
    assert watch.drops(lying.name) == ["signature_wrong"]
    assert all(watch.drops(one.name) == [] for one in honest)


def test_the_commands_name_the_liar(chain, tmp_path):
    lying, honest = chain.liar(ABOUT_BLOCKS["too few signatures"][0]), chain.liar()
    config = config_with(chain.devnet, tmp_path / "both.json", [lying.server, honest.server])
    report = cocoon("doctor", "--chain", config)
    lines = {name: line for line in report.stdout.splitlines() for name in (lying.name, honest.name) if name in line}
    assert "signature_weight" in lines[lying.name], report.stdout
    assert "proven" in lines[honest.name]
    assert report.returncode != 0
    wallet = Wallet(chain.folder, "alice", config)
    assert wallet.show()["balance"] == str(chain.devnet.balance(chain.alice))

    wallet.config = config_with(chain.devnet, tmp_path / "liar.json", [lying.server])
    refused = wallet.run("show")
    assert refused.returncode != 0 and "signature_weight" in refused.stderr


# ---- what a block contains --------------------------------------------------------------------------------------------


def one_left_out(told):
    del told.ids[-1]


def one_twice(told):
    told.ids.append(told.ids[0])


def one_altered(told):
    told.ids[0][2] = flipped(told.ids[0][2])


def one_invented(told):
    account, lt, digest = told.ids[0]
    told.ids.append([account, struct.pack("<q", struct.unpack("<q", lt)[0] + 1), digest])


def all_left_out(told):
    told.ids.clear()


def older_block(told):
    told.id = replace(told.id, seqno=told.id.seqno - 1)


def pruned_proof(told):
    """The header alone, and nothing of what the block contains."""
    def change(roots):
        block = roots[0].refs[0]
        return [cells.proof_of(block.with_refs([*block.refs[:-1], pruned_below(block.refs[-1])]))]
    told.proof = with_roots(told.proof, change)


ABOUT_A_BLOCK = {
    "a transaction left out": (one_left_out, "transaction_missing"),
    "all left out": (all_left_out, "transaction_missing"),
    "one twice": (one_twice, "transaction_surplus"),
    "one altered": (one_altered, "transaction_mismatch"),
    "one invented": (one_invented, "transaction_surplus"),
    "another block's list": (older_block, "answer_block"),
    "contents hidden": (pruned_proof, "cell_pruned"),
}


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """A chain that stands still after a gift, so that its newest block has transactions."""
    folder = tmp_path_factory.mktemp("standing")
    devnet = Devnet(folder, "--block-ms", "0")
    devnet.gift(Wallet(folder, "wallet").new().address, TON)
    yield devnet
    devnet.stop()


@pytest.mark.parametrize("name", ABOUT_A_BLOCK)
def test_lies_about_what_a_block_contains(standing, tmp_path, name):
    """`cocoon doctor` has each server list the newest block's transactions, and compares with the block itself."""
    lie, reason = ABOUT_A_BLOCK[name]
    liar, honest = (Liar(standing.lite_port, standing.lite_key, told) for told in
                    (Edited(BLOCK_TRANSACTIONS, lie), Lie()))
    try:
        report = cocoon("doctor", "--chain", config_with(standing, tmp_path / "both.json", [liar.server, honest.server]))
    finally:
        liar.stop()
        honest.stop()
    lines = {one: line for line in report.stdout.splitlines() for one in (liar.name, honest.name) if one in line}
    assert reason in lines[liar.name], report.stdout
    assert "all 2 transactions" in lines[honest.name], report.stdout
    assert report.returncode != 0
