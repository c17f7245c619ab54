// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.emulator.directory.FederatedCredentials.Match;
import io.podidentity.emulator.time.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PropagationTest {

    private static final FederatedCredential CREDENTIAL = new FederatedCredential("https://i/", "subject", "audience");
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));
    private final FederatedCredentials credentials = new FederatedCredentials(clock);
    private final RoleAssignments roles = new RoleAssignments(clock);

    @Test
    void role_beforeItHasSpread_hasNoEffect() {
        roles.assign("ABC", BlobRole.READER, TEN_MINUTES);

        clock.advance(TEN_MINUTES.minusSeconds(1));
        assertThat(roles.of("abc")).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        assertThat(roles.of("abc")).containsExactly(BlobRole.READER);
    }

    @Test
    void credential_whenNobodyAskedTooEarly_isAcceptedAsSoonAsItHasSpread() {
        credentials.create("client", CREDENTIAL, Duration.ofSeconds(10));

        clock.advance(Duration.ofSeconds(10));

        assertThat(match()).isEqualTo(Match.ACCEPTED);
    }

    @Test
    void credential_whenItIsTakenAway_isUnknown() {
        credentials.create("client", CREDENTIAL, Duration.ZERO);
        credentials.remove("CLIENT", "https://i/", "another subject");
        assertThat(match()).isEqualTo(Match.ACCEPTED);

        credentials.remove("CLIENT", "https://i/", "subject");

        assertThat(match()).isEqualTo(Match.OTHER_ISSUER);
    }

    @Test
    void credential_whenAskedTooEarly_isUnknownUntilTheNoIsForgotten() {
        credentials.create("client", CREDENTIAL, Duration.ofSeconds(10));
        assertThat(match()).isEqualTo(Match.NOT_KNOWN_YET);

        clock.advance(Duration.ofSeconds(119));
        assertThat(match()).isEqualTo(Match.NOT_KNOWN_YET);
        clock.advance(Duration.ofSeconds(1));
        assertThat(match()).isEqualTo(Match.ACCEPTED);
    }

    @Test
    void credential_whenAskedBeforeItWasCreated_isUnknownUntilTheNoIsForgotten() {
        assertThat(match()).isEqualTo(Match.OTHER_ISSUER);
        credentials.create("client", CREDENTIAL, Duration.ZERO);

        assertThat(match()).isEqualTo(Match.NOT_KNOWN_YET);
        clock.advance(Duration.ofMinutes(2));
        assertThat(match()).isEqualTo(Match.ACCEPTED);
    }

    @Test
    void create_sameIssuerAndSubject_isRefused() {
        credentials.create("client", CREDENTIAL, Duration.ZERO);

        assertThatThrownBy(() -> credentials.create(
                        "CLIENT", new FederatedCredential("https://i/", "subject", "other"), Duration.ZERO))
                .hasMessage(
                        "A federated credential of issuer https://i/ and subject subject exists already for CLIENT");
    }

    private Match match() {
        return credentials.match("client", "https://i/", "subject", List.of("audience"));
    }
}
