// What each command does; command_table.cc gives them their words.
#pragma once

#include "app/commands/command.h"

namespace cocoon::app::commands {

base::Result<int> run_up(const Invocation& invocation);
base::Result<int> run_chat(const Invocation& invocation);
base::Result<int> run_models(const Invocation& invocation);
base::Result<int> run_bench(const Invocation& invocation);
base::Result<int> run_sim(const Invocation& invocation);
base::Result<int> run_status(const Invocation& invocation);
base::Result<int> run_attest_show(const Invocation& invocation);
base::Result<int> run_attest_verify(const Invocation& invocation);
base::Result<int> run_attest_measure(const Invocation& invocation);
base::Result<int> run_doctor(const Invocation& invocation);
base::Result<int> run_wallet_new(const Invocation& invocation);
base::Result<int> run_wallet_import(const Invocation& invocation);
base::Result<int> run_wallet_show(const Invocation& invocation);
base::Result<int> run_wallet_send(const Invocation& invocation);
base::Result<int> run_channel_list(const Invocation& invocation);
base::Result<int> run_channel_topup(const Invocation& invocation);
base::Result<int> run_channel_withdraw(const Invocation& invocation);
base::Result<int> run_channel_close(const Invocation& invocation);
base::Result<int> run_root_show(const Invocation& invocation);
base::Result<int> run_root_deploy(const Invocation& invocation);
base::Result<int> run_root_set(const Invocation& invocation);
base::Result<int> run_key_new(const Invocation& invocation);
base::Result<int> run_key_list(const Invocation& invocation);
base::Result<int> run_key_revoke(const Invocation& invocation);
base::Result<int> run_completion(const Invocation& invocation);
base::Result<int> run_man(const Invocation& invocation);
base::Result<int> run_config_example(const Invocation& invocation);
base::Result<int> run_version(const Invocation& invocation);

}  // namespace cocoon::app::commands
