package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.podidentity.tokenprovider.UserAssignedIdentity.Kind;
import org.junit.jupiter.api.Test;

class UserAssignedIdentityTest {
    @Test
    void factories_always_keepTheIdWithoutBlanks() {
        assertThat(UserAssignedIdentity.ofClientId(" c "))
                .isEqualTo(new UserAssignedIdentity(Kind.CLIENT_ID, "c"))
                .hasToString("client ID c");
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
