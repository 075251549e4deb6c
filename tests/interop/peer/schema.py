"""The constructors of the live network, as a table: name, id as it stands on the wire, fields. `name?bit` marks a field
present only when that bit of `flags` is set. Types: # int long double int128 int256 string bytes Bool, `vector X`, a
constructor name (written without its id) or one of BOXED (written with it)."""

from collections import namedtuple

Field = namedtuple("Field", "name type bit")
Constructor = namedtuple("Constructor", "name id fields")

TABLE = """
tcp.ping bbe9627c id:long
tcp.pong 0bd4302c id:long
tcp.packet 9c17baf8 data:bytes
tcp.query 3af51908 id:long data:bytes
tcp.queryAnswer c048c311 id:long data:bytes
tcp.queryError 4cd2f602 id:long code:int message:string
tcp.connect a57c4261 id:long
tcp.connected 636d41d6 id:long

tokensUsed 70c5b15c prompt:long cached:long completion:long reasoning:long total:long
proxy.signedPayment 02998182 data:bytes
proxy.signedPaymentEmpty b347ce64
http.header 8e9be511 name:string value:string
http.request 47492de5 method:string url:string http_version:string headers:vector_http.header payload:bytes
http.response 1cd0c42b http_version:string status_code:int reason:string headers:vector_http.header payload:bytes

client.params 40fdca64 flags:# client_owner_address:string is_test?0:Bool min_proto_version?1:int max_proto_version?1:int
proxy.params d5c5609f flags:# proxy_public_key:int256 proxy_owner_address:string proxy_sc_address:string is_test?0:Bool proto_version?1:int
client.connectToProxy ff5fa0f4 params:client.params min_config_version:int
client.connectedToProxy 95317ad1 params:proxy.params client_sc_address:string auth:client.ProxyConnectionAuth signed_payment:proxy.SignedPayment
client.proxyConnectionAuthShort d6ffc5af secret_hash:int256 nonce:long
client.proxyConnectionAuthLong 417bf016 nonce:long
client.authorizeWithProxyShort 6c276723 data:bytes
client.authorizeWithProxyLong d3474303
client.authorizationWithProxySuccess 75d5ac34 signed_payment:proxy.SignedPayment tokens_committed_to_db:long max_tokens:long
client.authorizationWithProxyFailed 60551c96 error_code:int error:string
client.runQuery bc748f32 model_name:string query:bytes max_coefficient:int max_tokens:int timeout:double request_id:int256 min_config_version:int
client.runQueryEx f54cb74b model_name:string query:bytes max_coefficient:int max_tokens:int timeout:double request_id:int256 min_config_version:int flags:# enable_debug?0:Bool public_key?1:int256
client.queryAnswer 9b943922 answer:bytes is_completed:Bool request_id:int256 request_tokens_used:tokensUsed
client.queryAnswerError 6d60569a error_code:int error:string request_id:int256 request_tokens_used:tokensUsed
client.queryAnswerPart b765de4c answer:bytes is_completed:Bool request_id:int256 request_tokens_used:tokensUsed
client.queryAnswerPartError d790a022 error_code:int error:string request_id:int256 request_tokens_used:tokensUsed
client.queryFinalInfo 69a452f0 flags:# tokens_used:tokensUsed worker_debug?0:string proxy_debug?0:string proxy_start_time?1:double proxy_end_time?1:double worker_start_time?1:double worker_end_time?1:double
client.queryAnswerEx cd524720 request_id:int256 answer:bytes flags:# final_info?0:client.queryFinalInfo
client.queryAnswerErrorEx 072562a8 request_id:int256 error_code:int error:string flags:# final_info?0:client.queryFinalInfo
client.queryAnswerPartEx c07bfaec request_id:int256 answer:bytes flags:# final_info?0:client.queryFinalInfo
proxy.clientRequestPayment c6bcf127 request_id:int256 signed_payment:proxy.SignedPayment db_tokens:long max_tokens:long request_tokens:long
client.updatePaymentStatus 9ed1c697
client.paymentStatus aa8a0ecc signed_payment:proxy.SignedPayment db_tokens:long max_tokens:long
client.getWorkerTypes 7f062bdb
client.workerType 8210e21c name:string active_workers:int coefficient_min:int coefficient_bucket50:int coefficient_max:int
client.workerTypes f64e0e01 types:vector_client.workerType
client.getWorkerTypesV2 b2133d72
client.workerInstanceV2 3ea93d00 flags:# coefficient:int active_requests:int max_active_requests:int
client.workerTypeV2 b27d8197 name:string workers:vector_client.workerInstanceV2
client.workerTypesV2 0cf0dc67 types:vector_client.workerTypeV2

worker.params 869c73ed flags:# worker_owner_address:string model:string coefficient:int is_test?0:Bool proxy_cnt?0:int max_active_requests?0:int min_proto_version?1:int max_proto_version?1:int machine_description_json?2:string
worker.connectToProxy cc484c5d params:worker.params
worker.connectedToProxy 66bc82ee params:proxy.params worker_sc_address:string
worker.compareBalanceWithProxy db386501 tokens_committed_to_blockchain:long tokens_committed_to_db:long max_tokens:long
worker.compareBalanceWithProxyResult 9054c411 signed_payment:proxy.SignedPayment tokens_committed_to_db:long max_tokens:long error_code:int
worker.extendedCompareBalanceWithProxy f8dd9914 tokens_committed_to_db:long other:bytes
worker.extendedCompareBalanceWithProxyResult 0c10973e error_code:int
worker.proxyHandshakeComplete f843b066 is_disabled:Bool
worker.proxyHandshakeCompleted 3ad9b886
worker.updatePaymentStatus dc70a524
worker.paymentStatus a88bd701 signed_payment:proxy.SignedPayment db_tokens:long max_tokens:long
worker.enabledDisabled b3b71039 disabled:int
worker.newCoefficient 6af092b0 new_coefficient:int
worker.changeModel 72662cee new_model:string
worker.changedModel 34029366
proxy.runQuery 47182416 query:bytes signed_payment:proxy.SignedPayment coefficient:long timeout:double request_id:int256
proxy.runQueryEx c805e7e2 query:bytes signed_payment:proxy.SignedPayment coefficient:long timeout:double request_id:int256 flags:# enable_debug?0:Bool private_key?1:int256
proxy.queryAnswer 37e5f725 answer:bytes is_completed:Bool request_id:int256 tokens_used:tokensUsed
proxy.queryAnswerError 669d014e error_code:int error:string request_id:int256 tokens_used:tokensUsed
proxy.queryAnswerPart 72eb00ee answer:bytes is_completed:Bool request_id:int256 tokens_used:tokensUsed
proxy.queryAnswerPartError 940e1168 error_code:int error:string request_id:int256 tokens_used:tokensUsed
proxy.queryFinalInfo e794e6fc flags:# tokens_used:tokensUsed worker_debug?0:string worker_start_time?1:double worker_end_time?1:double
proxy.queryAnswerEx 1ce574e8 request_id:int256 answer:bytes flags:# final_info?0:proxy.queryFinalInfo
proxy.queryAnswerErrorEx 8f7fb0a7 request_id:int256 error_code:int error:string flags:# final_info?0:proxy.queryFinalInfo
proxy.queryAnswerPartEx 6d85b50f request_id:int256 answer:bytes flags:# final_info?0:proxy.queryFinalInfo
proxy.workerRequestPayment 1436c0d5 request_id:int256 signed_payment:proxy.SignedPayment db_tokens:long max_tokens:long request_tokens:long request_client_owner:string
"""

BOXED = {
    "proxy.SignedPayment": {"proxy.signedPayment", "proxy.signedPaymentEmpty"},
    "client.ProxyConnectionAuth": {"client.proxyConnectionAuthShort", "client.proxyConnectionAuthLong"},
}


def parse_field(text):
    name, _, kind = text.partition(":")
    name, _, bit = name.partition("?")
    return Field(name, kind.replace("vector_", "vector "), int(bit) if bit else None)


def parse_table(table):
    found = {}
    for line in table.split("\n"):
        if not line.strip():
            continue
        name, number, *fields = line.split()
        found[name] = Constructor(name, bytes.fromhex(number)[::-1], tuple(map(parse_field, fields)))
    return found


SCHEMA = parse_table(TABLE)
BY_ID = {constructor.id: name for name, constructor in SCHEMA.items()}
assert len(BY_ID) == len(SCHEMA)
