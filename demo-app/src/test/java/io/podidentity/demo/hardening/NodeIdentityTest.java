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

/** A role for the node would be one for each of its pods, so nothing here shows the command that assigns it. */
@DemoTest
@Import(FakeAzure.OnNode.class)
class NodeIdentityTest {
    @Autowired
    MockMvcTester mvc;

    @Autowired
    FakeStorage storage;

    @Test
    void list_withoutRoleOfTheNode_saysToTakeAnotherIdentity() {
        storage.refuse(403, "AuthorizationPermissionMismatch");

        assertThat(mvc.get().uri("/api/blobs"))
                .hasStatus(403)
                .bodyText()
                .contains(
                        "role-missing",
                        "Do not assign one, because this is the identity of the node, which every pod on it can use.",
                        "Give the pod its own identity")
                .doesNotContain("az role assignment");
        assertThat(mvc.get().uri("/")).bodyText().doesNotContain("az role assignment");
    }

    @Test
    void identity_ofTheNode_saysSo() {
        assertThat(mvc.get().uri("/api/identity"))
                .hasStatus(200)
                .bodyText()
                .contains("this is the identity of the node");
    }
}
