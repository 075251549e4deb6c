#!/bin/sh
# Models, a whole answer and a streamed one, with nothing but curl: sh chat.sh [MODEL]
set -eu
url=${COCOON_URL:-http://127.0.0.1:10000/v1}
curl -sSf "$url/models"
echo
model=${1:-$(curl -sSf "$url/models" | sed 's/.*"id":"\([^"]*\)".*/\1/')}
body='{"model":"'$model'","messages":[{"role":"user","content":"Why is the sky blue?"}]'
curl -sSf "$url/chat/completions" -H 'Content-Type: application/json' -d "$body}"
echo
curl -sSfN "$url/chat/completions" -H 'Content-Type: application/json' -d "$body"',"stream":true}'
