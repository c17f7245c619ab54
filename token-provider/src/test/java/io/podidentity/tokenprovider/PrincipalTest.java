// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrincipalTest {
    private final Principal app = Principal.app("app");

    @Test
    void factories_always_setTypeAndNameAlone() {
        assertThat(app.type()).isEqualTo(Principal.Type.APP);
        assertThat(app.appId()).hasValue("app");
        assertThat(app.userPrincipalName()).isEmpty();
        assertThat(app.objectId()).isEmpty();
        assertThat(app.tenantId()).isEmpty();
        assertThat(app.certificateThumbprint()).isEmpty();
        assertThat(Principal.user("anna").type()).isEqualTo(Principal.Type.USER);
        assertThat(Principal.user("anna").userPrincipalName()).hasValue("anna");
        assertThat(Principal.user("anna").appId()).isEmpty();
        assertThat(Principal.app(null)).hasToString("App");
    }

    @Test
    void with_eachPart_changesThatPartAlone() {
        Principal full = app.withObjectId("o").withTenantId("t").withCertificateThumbprint("AB");

        assertThat(full.appId()).hasValue("app");
        assertThat(full.objectId()).hasValue("o");
        assertThat(full.tenantId()).hasValue("t");
        assertThat(full.certificateThumbprint()).hasValue("AB");
        assertThat(full).hasToString("App app, object ID o, tenant t, certificate AB");
        assertThat(full.withObjectId(null).withTenantId(null).withCertificateThumbprint(null))
                .isEqualTo(app);
    }

    @Test
    void toString_withABlueprint_tellsTheAgentAndWhomItActsFor() {
        Principal agent = app.withBlueprintId("b").withObjectId("o");

        assertThat(agent.blueprintId()).hasValue("b");
        assertThat(agent).hasToString("Agent app, blueprint b, object ID o");
        assertThat(agent.withBlueprintId(null)).isEqualTo(app.withObjectId("o"));
        assertThat(app.blueprintId()).isEmpty();
    }

    @Test
    void equals_whenAnyPartDiffers_isFalse() {
        assertThat(app)
                .isEqualTo(Principal.app("app"))
                .hasSameHashCodeAs(Principal.app("app"))
                .isNotEqualTo(Principal.app("other"))
                .isNotEqualTo(Principal.user("app"))
                .isNotEqualTo(app.withObjectId("o"))
                .isNotEqualTo(app.withTenantId("t"))
                .isNotEqualTo(app.withCertificateThumbprint("AB"))
                .isNotEqualTo(app.withBlueprintId("b"))
                .isNotEqualTo("app");
        assertThat(Principal.user("a")).isNotEqualTo(Principal.user("b"));
    }
}
