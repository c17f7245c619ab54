// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentIdentityTest {
    private static final String AGENT = "a0000000-0000-4000-8000-00000000000a";
    private static final String USER = "c0000000-0000-4000-8000-00000000000c";

    private final AgentIdentity agent = AgentIdentity.ofClientId(" " + AGENT + " ");

    @Test
    void ofClientId_always_actsAsItself() {
        assertThat(agent.clientId()).isEqualTo(AGENT);
        assertThat(agent.userPrincipalName()).isEmpty();
        assertThat(agent.userObjectId()).isEmpty();
        assertThat(agent).hasToString("agent identity " + AGENT);
    }

    @Test
    void with_oneIdOfTheUserAccount_excludesTheOther() {
        AgentIdentity named = agent.withUserObjectId(USER).withUserPrincipalName("agent@contoso.com");
        AgentIdentity byId = named.withUserObjectId(USER);

        assertThat(named.userPrincipalName()).hasValue("agent@contoso.com");
        assertThat(named.userObjectId()).isEmpty();
        assertThat(named).hasToString("agent identity " + AGENT + ", user agent@contoso.com");
        assertThat(byId.userPrincipalName()).isEmpty();
        assertThat(byId.userObjectId()).hasValue(USER);
        assertThat(byId).hasToString("agent identity " + AGENT + ", user " + USER);
    }

    @Test
    void equals_inAnotherCase_isTrueAndOfAnotherIdFalse() {
        assertThat(agent)
                .isEqualTo(AgentIdentity.ofClientId(AGENT.toUpperCase(Locale.ROOT)))
                .hasSameHashCodeAs(AgentIdentity.ofClientId(AGENT.toUpperCase(Locale.ROOT)))
                .isNotEqualTo(AgentIdentity.ofClientId(USER))
                .isNotEqualTo(agent.withUserObjectId(USER))
                .isNotEqualTo(agent.withUserPrincipalName("agent@contoso.com"))
                .isNotEqualTo(AGENT);
        assertThat(agent.withUserPrincipalName("Agent@Contoso.com"))
                .isEqualTo(agent.withUserPrincipalName("agent@contoso.com"))
                .isNotEqualTo(agent.withUserPrincipalName("other@contoso.com"))
                .isNotEqualTo(agent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \t"})
    void ofClientId_whenAnIdIsBlank_throws(String blank) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AgentIdentity.ofClientId(blank))
                .withMessage("clientId must not be blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> agent.withUserPrincipalName(blank))
                .withMessage("userPrincipalName must not be blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> agent.withUserObjectId(blank))
                .withMessage("userObjectId must not be blank");
    }
}
