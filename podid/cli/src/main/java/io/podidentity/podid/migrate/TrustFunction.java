// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.podid.migrate.MovedIdentity.ResourceId;
import io.podidentity.podid.text.ShellWord;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The functions of the script {@code azure.sh} that make an identity trust a service account. */
enum TrustFunction {

    /** For a managed identity of which the manifest says where it is. */
    IDENTITY("trust_identity"),
    /** For a managed identity that the script must look up through its client ID. */
    CLIENT("trust_client"),
    /** For an application. */
    APPLICATION("trust_application");

    private final String word;

    TrustFunction(String word) {
        this.word = word;
    }

    static TrustFunction of(Federation federation) {
        MovedIdentity identity = federation.identity();
        if (!identity.isManaged()) {
            return APPLICATION;
        }
        return identity.parseResourceId().isPresent() ? IDENTITY : CLIENT;
    }

    /** Writes the call of a function, in which every value of a manifest is one quoted word. */
    static String writeCall(Federation federation) {
        Stream<String> function = Stream.of(of(federation).word);
        Stream<String> credential = Stream.of(federation.name(), federation.subject());
        return Stream.of(function, identify(federation.identity()).stream(), credential)
                .flatMap(words -> words)
                .map(ShellWord::quoted)
                .collect(Collectors.joining(" "));
    }

    /** The arguments that tell the function which identity is meant. */
    private static List<String> identify(MovedIdentity identity) {
        if (!identity.isManaged()) {
            return List.of(identity.clientId(), identity.tenantId());
        }
        Optional<ResourceId> id = identity.parseResourceId();
        if (id.isEmpty()) {
            return List.of(identity.clientId());
        }
        return List.of(id.get().subscription(), id.get().group(), id.get().name());
    }
}
