package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The identity that a pod's programs will ask for. */
final class RequestedIdentity {

    private static final List<String> OTHERS =
            List.of("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE");

    private RequestedIdentity() {}

    /** The values of AZURE_CLIENT_ID that are written as such. */
    static List<FieldLocation> of(PodSource pod) {
        return pod.variables("AZURE_CLIENT_ID").stream()
                .map(variable -> variable.at("value"))
                .filter(value -> Value.isFinal(value.text()))
                .toList();
    }

    /** Whether the variable belongs to a credential that does not ask the metadata service. */
    static boolean hasOtherCredential(PodSource pod) {
        return OTHERS.stream().anyMatch(pod::hasVariable);
    }

    /** Whether any text of the pod's containers contains the client ID of one of the identities. */
    static boolean isNamedAnywhere(PodSource pod, List<AzureIdentity> identities) {
        Set<String> ids = identities.stream()
                .map(identity -> identity.clientId().toLowerCase(Locale.ROOT))
                .filter(id -> !id.isEmpty())
                .collect(Collectors.toSet());
        return pod.texts().stream()
                .map(text -> text.text().toLowerCase(Locale.ROOT))
                .anyMatch(text -> ids.stream().anyMatch(text::contains));
    }
}
