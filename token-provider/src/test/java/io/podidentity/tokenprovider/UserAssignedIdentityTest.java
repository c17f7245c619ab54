// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.podidentity.tokenprovider.UserAssignedIdentity.Kind;
import org.junit.jupiter.api.Test;

class UserAssignedIdentityTest {
    @Test
    void factories_always_keepTheIdWithoutBlanks() {
        assertThat(UserAssignedIdentity.ofClientId(" c "))
                .isEqualTo(UserAssignedIdentity.ofClientId("c"))
                .hasSameHashCodeAs(UserAssignedIdentity.ofClientId("c"))
                .isNotEqualTo(UserAssignedIdentity.ofClientId("d"))
                .isNotEqualTo(UserAssignedIdentity.ofObjectId("c"))
                .isNotEqualTo("c")
                .hasToString("client ID c");
        assertThat(UserAssignedIdentity.ofClientId(" c ").id()).isEqualTo("c");
        assertThat(UserAssignedIdentity.ofClientId("c").kind()).isEqualTo(Kind.CLIENT_ID);
        assertThat(UserAssignedIdentity.ofObjectId("o")).hasToString("object ID o");
        assertThat(UserAssignedIdentity.ofResourceId("/subscriptions/s")).hasToString("resource ID /subscriptions/s");
    }

    @Test
    void factories_ofABlankId_refuseIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UserAssignedIdentity.ofResourceId(" "))
                .withMessage("resource ID must not be blank");
    }
}
