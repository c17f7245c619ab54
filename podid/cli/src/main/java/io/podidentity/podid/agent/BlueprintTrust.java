// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.agent;

import io.podidentity.podid.check.azure.AgentFacts.Blueprint;
import io.podidentity.podid.check.azure.AgentFacts.Trusted;
import io.podidentity.podid.check.azure.AzureFacts;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether a blueprint accepts the token that is to prove its identity, by its federated credentials. */
public sealed interface BlueprintTrust {

    /** Its federated credentials, or the token's subject, are not known. */
    record Unknown() implements BlueprintTrust {}

    /** Blueprints are known, and this one is not among them; it may be one of another tenant. */
    record NotListed(int others) implements BlueprintTrust {}

    /** The federated credential of this name accepts the token. */
    record Accepted(String credential) implements BlueprintTrust {}

    /** No federated credential accepts the token. The reason is a sentence's end, without a full stop. */
    record Refused(String reason) implements BlueprintTrust {}

    /** Judges the federated credentials of a blueprint. */
    static BlueprintTrust judge(String blueprintId, BlueprintProof proof, AzureFacts azure) {
        Optional<Integer> listed = azure.agents().blueprints().map(all -> all.size());
        if (listed.isEmpty()) {
            return new Unknown();
        }
        Optional<Blueprint> blueprint = azure.agents().findBlueprint(blueprintId);
        if (blueprint.isEmpty()) {
            return new NotListed(listed.get());
        }
        return judge(blueprint.get(), proof);
    }

    private static BlueprintTrust judge(Blueprint blueprint, BlueprintProof proof) {
        if (proof.subject().isEmpty()) {
            return new Unknown();
        }
        return blueprint.credentials().stream()
                .filter(proof::isTrustedBy)
                .findFirst()
                .<BlueprintTrust>map(credential -> new Accepted(credential.name()))
                .orElseGet(() -> new Refused(explainRefusal(blueprint, proof)));
    }

    private static String explainRefusal(Blueprint blueprint, BlueprintProof proof) {
        if (blueprint.credentials().isEmpty()) {
            return "it has no federated credential at all";
        }
        return blueprint.credentials().stream()
                .flatMap(credential -> describeMismatch(credential, proof))
                .findFirst()
                .orElse("no federated credential of it has the subject "
                        + proof.subject().orElse("") + "; the subjects are "
                        + blueprint.credentials().stream().map(Trusted::subject).collect(Collectors.joining(", ")));
    }

    private static Stream<String> describeMismatch(Trusted credential, BlueprintProof proof) {
        return proof.describeMismatch(credential).stream()
                .map(mismatch -> "federated credential " + credential.name() + " has " + mismatch);
    }
}
