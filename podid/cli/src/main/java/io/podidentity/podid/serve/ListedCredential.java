// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.replay.WorkloadReplay.Trusted;
import io.podidentity.emulator.workload.WebhookSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** A federated credential as an item of the file of {@code --federated-credentials} describes it. Immutable. */
record ListedCredential(YamlList.Item item) {

    private static final String IDENTITY = "identity";
    private static final String SUBJECT = "subject";
    private static final String EXPRESSION = "expression";
    private static final String ISSUER = "issuer";
    private static final String AUDIENCE = "audience";
    private static final String AFTER = "after";

    /** @throws ManifestException if the file is no list of such items */
    static List<ListedCredential> read(Path file) {
        return YamlList.readFile(file, Set.of(IDENTITY, SUBJECT, EXPRESSION, ISSUER, AUDIENCE, AFTER)).stream()
                .map(ListedCredential::new)
                .toList();
    }

    /** Whether it trusts tokens of the cluster's own issuer, which is the one that an item need not name. */
    boolean isForCluster() {
        return !item.has(ISSUER);
    }

    /** @throws ManifestException if the identity or the subject is missing */
    Trusted toTrusted() {
        return new Trusted(item.requireValue(IDENTITY), item.requireValue(SUBJECT), audience());
    }

    /**
     * Creates it in the emulated Entra ID.
     *
     * @param usualDelay how long it takes to have effect if the item does not say so
     * @throws ManifestException if the item lacks something, or has what no credential can have
     */
    void create(PodIdentityEmulator.Builder builder, String usualDelay) {
        if (item.has(EXPRESSION)) {
            createFlexible(builder, usualDelay);
            return;
        }
        Trusted trusted = toTrusted();
        Duration delay = readDelay(usualDelay);
        if (isForCluster()) {
            builder.federatedServiceAccount(trusted.clientId(), trusted.subject(), trusted.audience(), delay);
            return;
        }
        builder.federatedCredential(
                trusted.clientId(), item.requireValue(ISSUER), trusted.subject(), trusted.audience(), delay);
    }

    private void createFlexible(PodIdentityEmulator.Builder builder, String usualDelay) {
        if (item.has(SUBJECT)) {
            throw new ManifestException(
                    item.position(), "\"expression\" stands in place of \"subject\": remove one of them");
        }
        Duration delay = readDelay(usualDelay);
        try {
            builder.flexibleFederatedCredential(
                    item.requireValue(IDENTITY),
                    item.requireValue(ISSUER),
                    item.requireValue(EXPRESSION),
                    audience(),
                    delay);
        } catch (IllegalArgumentException e) {
            throw new ManifestException(item.position(), String.valueOf(e.getMessage()));
        }
    }

    private String audience() {
        return item.getOrDefault(AUDIENCE, WebhookSettings.AUDIENCE);
    }

    private Duration readDelay(String usual) {
        return DurationText.parse(item.getOrDefault(AFTER, usual));
    }
}
