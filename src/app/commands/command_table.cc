// The table of commands: the one place where their words, flags and examples stand.
#include "app/commands/channel.h"
#include "app/commands/client_role.h"
#include "app/commands/handlers.h"
#include "app/commands/root_setting.h"

namespace cocoon::app::commands {
namespace {

const Flag kJson{"--json", "", "Print JSON for programs"};
const Flag kDir{"--dir", "DIR", "Data directory of the network (default ~/.local/share/cocoon/up)"};
const Flag kUrl{"--url", "URL",
                "Gateway to talk to (default: COCOON_URL, else the network that runs here)"};

Command up() {
  return {
      .name = "up",
      .summary = "Start a private network on this machine",
      .details =
          "Starts a TON chain of its own, an engine with a small real model, a proxy, workers and "
          "the gateway for\n"
          "OpenAI applications, and keeps them running until Ctrl-C. Evidence is SIMULATED: the "
          "network proves nothing\n"
          "about hardware. Coins are those of the local chain, and worth nothing.",
      .operands = {},
      .flags =
          {{"--workers", "N", "How many workers (default 1)"},
           {"--engine", "URL", "Use this OpenAI-compatible engine instead of the demo engine"},
           {"--model", "NAME", "The engine's model (default: the first that it lists)"},
           kDir,
           {"--listen", "HOST:PORT",
            "Where the gateway listens (default 127.0.0.1:10000 or the next free port)"},
           {"--ports", "FIRST",
            "Choose all ports from this one on (default: from 10000, 11000, 12000, 13000, 13100 "
            "and 18080 on)"},
           {"--engine-tool", "PATH",
            "The tool that fetches the demo engine (default: found beside this program)"},
           {"--no-chain", "", "No TON chain: amounts are booked and never settled"},
           {"--node", "PATH", "Node.js 24 for the chain (default: the one of ./dev setup)"},
           {"--ask", "PROMPT", "Ask one question, show answer, verification and costs, and stop"},
           {"--json", "", "Print events as JSON lines"}},
      .examples = {"cocoon up", "cocoon up --workers 3 --engine http://127.0.0.1:8000",
                   "cocoon up --ask \"Why is the sky blue?\""},
      .run = run_up};
}

Command client() {
  return {.name = std::string(kClientRole),
          .summary = "Run the gateway alone, in the foreground (for services)",
          .details = {},
          .operands = {},
          .flags = client_role_flags(),
          .examples = {"cocoon client --config client.toml"},
          .run = nullptr};
}

Command chat() {
  return {.name = "chat",
          .summary = "Ask a model and stream the answer",
          .details =
              "One word or quoted text that is no model's name is the prompt. Without a prompt it "
              "reads one from a pipe, or\n"
              "begins a conversation on a terminal. The answer goes to standard output, the "
              "summary to standard error.",
          .operands = {{"MODEL", "Which model (default: the first on offer)"},
                       {"PROMPT", "What to ask"}},
          .flags = {{"--system", "TEXT", "Instructions that stand before the conversation"},
                    {"--max-tokens", "N", "Longest answer, in tokens"},
                    {"--temperature", "T", "0 to 2: how much chance plays a part"},
                    kUrl,
                    kDir,
                    kJson},
          .examples = {"cocoon chat \"Why is the sky blue?\"", "cocoon chat SmolLM2-135M-Instruct",
                       "git diff | cocoon chat --system \"Summarise this change.\" --json"},
          .run = run_chat};
}

Command bench() {
  return {.name = "bench",
          .summary = "Measure how fast and how dear the network answers",
          .details =
              "Asks short questions, several at once, and shows the time to the first token, "
              "tokens per second, answers\n"
              "per second and the price of a million tokens. The answers are paid for like any "
              "others.",
          .operands = {},
          .flags = {{"--requests", "N", "How many questions (default 20)"},
                    {"--at-once", "N", "How many of them at once (default 4)"},
                    {"--max-tokens", "N", "Longest answer, in tokens (default 64)"},
                    {"--model", "NAME", "Which model (default: the first on offer)"},
                    kUrl,
                    kDir,
                    kJson},
          .examples = {"cocoon bench", "cocoon bench --requests 200 --at-once 32 --json"},
          .run = run_bench};
}

Command sim() {
  return {
      .name = "sim",
      .summary = "Simulate whole networks in virtual time, from a seed",
      .details =
          "Clients, proxies, workers and engines run with faults drawn from the seed, and their "
          "books are checked all\n"
          "the time. A world that goes wrong is made as small as possible and told.",
      .operands = {},
      .flags = {{"--seed", "N", "One world, its whole story told"},
                {"--seeds", "A..B", "Many worlds, on all cores"},
                {"--scenario", "FILE", "Plays a story that is written down"}},
      .examples = {"cocoon sim --seed 7", "cocoon sim --seeds 1..1000"},
      .run = run_sim};
}

Command models() {
  return {.name = "models",
          .summary = "List models, their workers and prices",
          .details = {},
          .operands = {},
          .flags = {kUrl, kDir, kJson},
          .examples = {"cocoon models", "cocoon models --json | jq -r '.data[].id'"},
          .run = run_models};
}

Command status() {
  return {.name = "status",
          .summary = "Show gateway, proxies and workers, and what was used",
          .details = {},
          .operands = {},
          .flags = {{"--watch", "", "Show it again every second, until Ctrl-C"}, kUrl, kDir, kJson},
          .examples = {"cocoon status", "cocoon status --watch"},
          .run = run_status};
}

Command attest_show() {
  return {.name = "attest show",
          .summary = "Show who is connected and what each has proved, factor by factor",
          .details = {},
          .operands = {},
          .flags = {kUrl, kDir, kJson},
          .examples = {"cocoon attest show"},
          .run = run_attest_show};
}

Command attest_verify() {
  return {
      .name = "attest verify",
      .summary = "Verify evidence: what it proves, and what it does not",
      .details =
          "EVIDENCE is a file (a TDX quote, an SEV-SNP report, a peer's certificate) or HOST:PORT "
          "of "
          "a proxy.\n"
          "Policies: genuine (hardware, firmware and settings in order; the default), production, "
          "production-t2,\n"
          "legacy-network, or a file that ends in .toml. Exits with 0 if the policy accepts it, "
          "with 1 if not.",
      .operands = {{"EVIDENCE", "A file, or HOST:PORT", Operand::Need::Required}},
      .flags = {{"--policy", "NAME", "What must hold (default genuine)"},
                {"--bundle", "FILE", "Collateral for verifying without a service (JSON)"},
                {"--collateral-url", "URL", "A cache of Intel's collateral (PCCS)"},
                {"--collateral-amd-url", "URL", "A cache of AMD's key distribution service"},
                {"--save-bundle", "FILE", "Keep the collateral that was used"},
                {"--key-certificate", "FILE", "SEV-SNP: certificate of the report key (VCEK)"},
                {"--report-data", "HEX", "What the evidence should have been made for"},
                {"--image", "HEX", "The image that is allowed"},
                {"--at", "TIME", "Judge as of this time (Unix seconds or RFC 3339)"},
                kJson},
      .examples = {"cocoon attest verify quote.bin --bundle collateral.json",
                   "cocoon attest verify proxy.example.org:11002 --collateral-url "
                   "http://127.0.0.1:8081 --policy production",
                   "cocoon attest verify report.bin --key-certificate vcek.der --json"},
      .run = run_attest_verify};
}

Command attest_measure() {
  return {
      .name = "attest measure",
      .summary = "Compute what an image measures to, or replay an event log",
      .details =
          "With --firmware: MRTD, RTMR1 and RTMR2 of a TDX guest, or with --tee snp the launch "
          "digest "
          "of an SEV-SNP guest.\n"
          "With --log: the registers that a log leads to, compared with --quote. With "
          "--verity-data: "
          "the root hash.",
      .operands = {},
      .flags = {{"--tee", "TEE", "tdx or snp (default tdx)", {"tdx", "snp"}},
                {"--firmware", "FILE", "OVMF image"},
                {"--kernel", "FILE", "Kernel that QEMU boots directly"},
                {"--initrd", "FILE", "Its initrd"},
                {"--cmdline", "TEXT", "Its command line"},
                {"--memory", "SIZE", "TDX: memory of the guest (default 2G)"},
                {"--vcpus", "N", "SEV-SNP: number of processors (default 1)"},
                {"--cpu", "MODEL", "SEV-SNP: processor model of QEMU (default EPYC-Milan)"},
                {"--guest-features", "N", "SEV-SNP: SEV_FEATURES (default 1)"},
                {"--log", "FILE", "Event log: CCEL, or dstack's JSON"},
                {"--quote", "FILE", "TDX quote to compare with"},
                {"--verity-data", "FILE", "Data of a dm-verity device"},
                {"--verity-hash", "FILE", "Its hash device, to be checked"},
                {"--verity-root", "HEX", "The root hash that it should have"},
                kJson},
      .examples = {"cocoon attest measure --firmware OVMF.fd --kernel vmlinuz --initrd initrd.img "
                   "--cmdline \"console=ttyS0\" --memory 64G",
                   "cocoon attest measure --log /sys/firmware/acpi/tables/data/CCEL --quote "
                   "quote.bin"},
      .run = run_attest_measure};
}

Command doctor() {
  return {
      .name = "doctor",
      .summary = "Check what breaks in practice; each finding comes with a fix",
      .details =
          "Checks the network in --dir, or the client that --config describes. Exits with 1 if a "
          "check fails.",
      .operands = {},
      .flags = {{"--config", "FILE", "A client's configuration instead of the network in --dir"},
                {"--chain", "FILE",
                 "Check the TON network of this global.config.json, each lite server by itself"},
                kUrl,
                kDir,
                kJson},
      .examples = {"cocoon doctor", "cocoon doctor --config client.toml",
                   "cocoon doctor --chain global.config.json"},
      .run = run_doctor};
}

const Flag kFile{"--file", "FILE", "The wallet's file (default ~/.local/share/cocoon/wallet)"};
const Flag kChain{"--chain", "FILE",
                  "The TON network's global.config.json (default: COCOON_CHAIN)"};
const Flag kPasswordFile{"--password-file", "FILE",
                         "Where the password stands (default: COCOON_WALLET_PASSWORD, else asked)"};
const Flag kVersion{
    "--version", "VERSION", "Which contract (default v4r2)", {"v3r2", "v4r2", "v5r1", "cocoon"}};
const Flag kWalletOwner{"--owner", "ADDRESS",
                        "For cocoon: who may stop the wallet and take its money back"};
const Flag kNetworkId{"--network-id", "N", "For v5r1: -239 mainnet (default), -3 testnet"};

Command wallet_new() {
  return {.name = "wallet new",
          .summary = "Make a TON wallet; its 24 words are shown once",
          .details = "The key is kept in a file, encrypted with a password.",
          .operands = {},
          .flags = {kFile, kVersion, kNetworkId, kWalletOwner, kPasswordFile, kJson},
          .examples = {"cocoon wallet new", "cocoon wallet new --version v5r1",
                       "cocoon wallet new --version cocoon --owner UQDn...Nk6V"},
          .run = run_wallet_new};
}

Command wallet_import() {
  return {.name = "wallet import",
          .summary = "Keep a wallet whose 24 words or key you have",
          .details = "Reads them from standard input: 24 words, or 64 hexadecimal digits.",
          .operands = {},
          .flags = {kFile, kVersion, kNetworkId, kWalletOwner, kPasswordFile, kJson},
          .examples = {"cocoon wallet import < words.txt"},
          .run = run_wallet_import};
}

Command wallet_show() {
  return {.name = "wallet show",
          .summary = "Show the wallet's address, and with --chain its proven balance",
          .details = {},
          .operands = {},
          .flags = {kFile, kChain, kJson},
          .examples = {"cocoon wallet show", "cocoon wallet show --chain global.config.json"},
          .run = run_wallet_show};
}

Command wallet_send() {
  return {
      .name = "wallet send",
      .summary = "Send TON, and wait until the chain has proven it",
      .details =
          "Pays at most once, also when it is interrupted: the next send first looks what "
          "became of this one. Says also whether the receiver's account has taken it in.",
      .operands = {{"TO", "Address, any form", Operand::Need::Required},
                   {"AMOUNT", "1.5 (TON) or 1500000000n", Operand::Need::Required}},
      .flags = {{"--comment", "TEXT", "A comment for the receiver, for all to read"},
                {"--replace", "",
                 "Take the place of an order that is under way: one of the two is paid at most"},
                kFile,
                kChain,
                kPasswordFile,
                kJson},
      .examples = {"cocoon wallet send UQDn...Nk6V 1.5 --chain global.config.json"},
      .run = run_wallet_send};
}

const Flag kDryRun{"--dry-run", "", "Show every message and what it costs, and send nothing"};
const Flag kClientConfig{"--config", "FILE",
                         "The client's configuration (default: of the network of --dir)"};
const Flag kRoot{"--root", "ADDRESS",
                 "The network's root contract (default: COCOON_ROOT, or that of --dir)"};
const Operand kChannel{"CHANNEL", "Address of its contract", Operand::Need::Required};

Command channel_list() {
  return {.name = "channel list",
          .summary = "List the gateway's channels: with whom, how much is in them",
          .details = "The gateway opens a channel with each proxy that it uses, and fills it up.",
          .operands = {},
          .flags = {kUrl, kDir, kJson},
          .examples = {"cocoon channel list"},
          .run = run_channel_list};
}

Command channel_open() {
  return {
      .name = "channel open",
      .summary = "Open a channel with a proxy, or one that was closed",
      .details =
          "The gateway does this by itself. By hand, from the client's own wallet: before the "
          "gateway runs for the first time,\n"
          "with another amount than it would choose, or for a channel that was closed, which it "
          "leaves alone.",
      .operands = {{"PROXY", "Address of the proxy's contract", Operand::Need::Required},
                   {"AMOUNT", "1.5 (TON) or 1500000000n", Operand::Need::Required}},
      .flags = {kDryRun, kClientConfig, kRoot, kChain, kDir, kJson},
      .examples = {"cocoon channel open EQ... 2 --dry-run"},
      .run = run_channel_open};
}

Command channel_topup() {
  return {.name = "channel topup",
          .summary = "Deposit into a channel, from your own wallet",
          .details = {},
          .operands = {kChannel, {"AMOUNT", "1.5 (TON) or 1500000000n", Operand::Need::Required}},
          .flags = {kDryRun, kFile, kChain, kPasswordFile, kDir, kJson},
          .examples = {"cocoon channel topup EQ... 2 --dry-run"},
          .run = run_channel_topup};
}

Command channel_withdraw() {
  return {.name = "channel withdraw",
          .summary = "Take back what is in a channel above its stake",
          .details = "From the client's own wallet; its gateway must not be running.",
          .operands = {kChannel},
          .flags = {kDryRun, kClientConfig, kChain, kDir, kJson},
          .examples = {"cocoon channel withdraw EQ... --config client.toml"},
          .run = run_channel_withdraw};
}

Command channel_close() {
  return {.name = "channel close",
          .summary = "Close a channel: once to begin, and again after the delay for the rest",
          .details =
              "The first time pays what is above the stake and begins the delay in which the proxy "
              "may still charge; afterwards\n"
              "the second time pays everything else, whether or not the proxy is alive. The "
              "gateway must not be running.",
          .operands = {kChannel},
          .flags = {kDryRun, kClientConfig, kChain, kDir, kJson},
          .examples = {"cocoon channel close EQ... --config client.toml"},
          .run = run_channel_close};
}

Command root_show() {
  return {
      .name = "root show",
      .summary = "Show a network's root contract: prices, images, models, proxies",
      .details = "Proven by the chain. Without --root and --chain: of the network of cocoon up.",
      .operands = {},
      .flags = {kRoot, kChain, kDir, kJson},
      .examples = {"cocoon root show", "cocoon root show --chain global.config.json --root EQ..."},
      .run = run_root_show};
}

Command root_deploy() {
  return {.name = "root deploy",
          .summary = "Deploy the root contract of a new private network",
          .details =
              "SETTINGS is a network file as roles without a chain read it. The contracts are this "
              "program's own; the root's\n"
              "owner is the wallet that pays, unless the file names another.",
          .operands = {{"SETTINGS", "Network file (JSON)", Operand::Need::Required}},
          .flags = {kDryRun, kFile, kChain, kPasswordFile, kDir, kJson},
          .examples = {"cocoon root deploy network.json --chain global.config.json --dry-run"},
          .run = run_root_deploy};
}

Command root_set() {
  return {
      .name = "root set",
      .summary = "Change one setting of a root contract that you own",
      .details =
          "Amounts are 20n (nanotons) or 1.5 (TON), delays seconds, images 64 hexadecimal "
          "digits, models names or hashes.\n"
          "Changed prices, multipliers, stakes, delays and contracts move every contract of the "
          "network to a new address.",
      .operands = {{"SETTING", "What to change", Operand::Need::Required, root_settings()},
                   {"VALUE", "To what", Operand::Need::Required}},
      .flags = {kDryRun, kRoot, kFile, kChain, kPasswordFile, kDir, kJson},
      .examples = {"cocoon root set add-model NAME@COMMIT:HASH --dry-run",
                   "cocoon root set price 21n"},
      .run = run_root_set};
}

const Flag kKeysFile{"--file", "FILE",
                     "The file of keys (default ~/.local/share/cocoon/keys.toml)"};

Command key_new() {
  return {.name = "key new",
          .summary = "Make an API key for the gateway; it is shown once",
          .details =
              "The file keeps its SHA-256 only. A gateway whose option keys_file names the "
              "file lets in who has a key,\nnotices changes by itself, and may listen on a "
              "public address.",
          .operands = {{"NAME", "Whom it is for", Operand::Need::Required}},
          .flags = {kKeysFile,
                    {"--budget", "AMOUNT", "What it may spend in all: 1.5 (TON) or 1500000000n"},
                    {"--requests", "N", "Requests per minute"},
                    {"--tokens", "N", "Tokens per minute, adjusted by price"},
                    kJson},
          .examples = {"cocoon key new alice", "cocoon key new ci --budget 0.5 --requests 60"},
          .run = run_key_new};
}

Command key_list() {
  return {.name = "key list",
          .summary = "List API keys, what they may use and what they have used",
          .details = {},
          .operands = {},
          .flags = {kKeysFile, kUrl, kDir, kJson},
          .examples = {"cocoon key list"},
          .run = run_key_list};
}

Command key_revoke() {
  return {.name = "key revoke",
          .summary = "Let an API key in no more; a running gateway notices in a second",
          .details = {},
          .operands = {{"NAME", "Which", Operand::Need::Required}},
          .flags = {kKeysFile, kJson},
          .examples = {"cocoon key revoke alice"},
          .run = run_key_revoke};
}

Command completion() {
  return {
      .name = "completion",
      .summary = "Print a script that completes commands in your shell",
      .details = {},
      .operands = {{"SHELL", "For which shell", Operand::Need::Required, {"bash", "zsh", "fish"}}},
      .flags = {},
      .examples = {"source <(cocoon completion bash)",
                   "cocoon completion zsh > \"${fpath[1]}/_cocoon\"",
                   "cocoon completion fish > ~/.config/fish/completions/cocoon.fish"},
      .run = run_completion};
}

Command man() {
  return {.name = "man",
          .summary = "Print the manual page",
          .details = {},
          .operands = {},
          .flags = {},
          .examples = {"cocoon man | man -l -", "cocoon man > /usr/local/share/man/man1/cocoon.1"},
          .run = run_man};
}

Command config_example() {
  return {
      .name = "config example",
      .summary = "Print a commented configuration file of a role",
      .details = {},
      .operands = {{"ROLE", "Which role", Operand::Need::Required, {"client", "proxy", "worker"}}},
      .flags = {},
      .examples = {"cocoon config example client > client.toml"},
      .run = run_config_example};
}

Command version() {
  return {.name = "version",
          .summary = "Print the version",
          .details = {},
          .operands = {},
          .flags = {kJson},
          .examples = {"cocoon version"},
          .run = run_version};
}

}  // namespace

const std::vector<Command>& command_table() {
  static const std::vector<Command> table{up(),
                                          client(),
                                          chat(),
                                          bench(),
                                          models(),
                                          status(),
                                          attest_show(),
                                          attest_verify(),
                                          attest_measure(),
                                          doctor(),
                                          wallet_new(),
                                          wallet_import(),
                                          wallet_show(),
                                          wallet_send(),
                                          channel_list(),
                                          channel_open(),
                                          channel_topup(),
                                          channel_withdraw(),
                                          channel_close(),
                                          root_show(),
                                          root_deploy(),
                                          root_set(),
                                          key_new(),
                                          key_list(),
                                          key_revoke(),
                                          sim(),
                                          completion(),
                                          man(),
                                          config_example(),
                                          version()};
  return table;
}

}  // namespace cocoon::app::commands
