// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import io.podidentity.demo.azure.FakeStorage;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** A token of which nobody knows whether it is of the identity that was asked for is not the node's for that. */
@DemoTest
@Import(FakeAzure.Unverified.class)
class UnverifiedIdentityTest {
    @Autowired
    MockMvcTester mvc;

    @Autowired
    FakeStorage storage;

    @Test
    void list_withoutRole_saysWhatIsNotVerifiedBeforeTheCommand() {
        storage.refuse(403, "AuthorizationPermissionMismatch");

        assertThat(mvc.get().uri("/api/blobs"))
                .hasStatus(403)
                .bodyText()
                .contains(
                        "role-missing",
                        "says: not verified: neither the answer nor the token says that it is of client ID a. Make sure",
                        "az role assignment create --assignee-object-id 22222222-bbbb-bbbb-bbbb-bbbbbbbbbbbb")
                .doesNotContain("Do not assign one");
    }

    @Test
    void page_ofTheIdentity_namesWhatIsNotVerified() {
        storage.list("hello.txt");

        assertThat(mvc.get().uri("/"))
                .hasStatusOk()
                .bodyText()
                .contains(", not verified</p>", "not verified: neither the answer nor the token")
                .doesNotContain("Identity of the node");
    }
}
