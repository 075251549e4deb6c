"""A third party on the Cocoon network: client, worker, proxy and router written from the protocol's description, sharing
no code with src/. Tests use it to show that strangers can talk to our programs; see ../README.md."""
