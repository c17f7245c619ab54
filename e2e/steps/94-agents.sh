# shellcheck shell=bash disable=SC2154
# Agent identities of podid serve, as @azure/msal-node asks for their tokens: for the agent itself, on behalf of a user, and as the
# agent's user account, with refusals. The page of podid serve says which agent asked. msal4j is in the emulator's integration tests.

BLUEPRINT=b1000000-0000-4000-8000-000000000001
READER=a6000000-0000-4000-8000-000000000001
STRANGER=a6000000-0000-4000-8000-000000000002
ACCOUNT=reader@agents.example

agents_start() {
    serve agents --agent "$BLUEPRINT=$READER" --agent "$BLUEPRINT=$STRANGER" --agent-user "$READER=$ACCOUNT" \
        --role "$READER=Storage Blob Data Reader" --role "$ACCOUNT=Storage Blob Data Reader"
    expect_json "$WORK/agents.json" ".agents[0].clientId == \"$READER\"" ".agents[0].blueprint == \"$BLUEPRINT\""
}

agents_msal() {
    NODE_EXTRA_CA_CERTS=$(of agents .ca) node "$ROOT/e2e/clients/agents.mjs" "$AZURE_IDENTITY_JS_HOME" "$WORK/agents.json" \
        "$BLUEPRINT" "$READER" "$STRANGER" "$ACCOUNT" > "$WORK/msal.json"
    expect_no_secret "$WORK/msal.json"
    expect_json "$WORK/msal.json" \
        ".blueprint.azp == \"$BLUEPRINT\"" "(.blueprint.sub | endswith(\"/$READER\"))" \
        "([.agent, .onBehalfOf, .ownUser, .ownUserByObjectId] | all(.appid == \"$READER\" and .xms_par_app_azp == \"$BLUEPRINT\"))" \
        '.agent.idtyp == "app"' '.onBehalfOf.upn == "developer@podid.example"' \
        "([.ownUser, .ownUserByObjectId] | all(.upn == \"$ACCOUNT\" and (.xms_sub_fct | split(\" \") | contains([\"13\"]))))"
}

agents_read() {
    expect_json "$WORK/msal.json" '.reads == {"agent": 200, "ownUser": 200, "stranger": 403}'
}

agents_refused() {
    expect_json "$WORK/msal.json" '.refusals == {
        "withoutAgent": "AADSTS82008", "blueprintItself": "AADSTS82001", "otherAgentsToken": "AADSTS7002137",
        "identityAsAgent": "AADSTS700213", "userOfTheAgent": "AADSTS50013", "otherAgentsUser": "AADSTS700213",
        "unknownUser": "AADSTS50034"}'
}

check "podid serves two agent identities, a blueprint and a user account" agents_start
check "@azure/msal-node: the agent itself, on behalf of a user, as its own user by name and by object ID" agents_msal
check "storage lets the agent with a role read, and refuses the other one" agents_read
check "@azure/msal-node: seven refusals, with Entra's numbers" agents_refused
check "the page in Chromium says which agent asked, and its blueprint" \
    node "$ROOT/e2e/agents.mjs" "$(of agents .page)" "$DOWNLOADS/browser" "$READER" "$BLUEPRINT" "$ACCOUNT" "$OUT/agents.png"
