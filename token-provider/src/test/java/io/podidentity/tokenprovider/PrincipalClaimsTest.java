// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.support.Tokens;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrincipalClaimsTest {
    private static final String APP = "11111111-1111-1111-1111-111111111111";
    private static final String OBJECT = "22222222-2222-2222-2222-222222222222";
    private static final String TENANT = "33333333-3333-3333-3333-333333333333";

    @Test
    void read_ofAUsersTokenOfVersion1_isTheUser() {
        String token = Tokens.jwt(Map.of(
                "ver",
                "1.0",
                "upn",
                "anna@contoso.com",
                "unique_name",
                "other",
                "appid",
                APP,
                "oid",
                OBJECT,
                "tid",
                TENANT));

        assertThat(Principal.read(token))
                .isEqualTo(new Principal(Principal.Type.USER, "anna@contoso.com", null, OBJECT, TENANT, null, null));
    }

    @Test
    void read_ofAUsersTokenOfVersion2_isTheUser() {
        String token = Tokens.jwt(Map.of(
                "ver", "2.0", "preferred_username", "anna@contoso.com", "azp", APP, "oid", OBJECT, "tid", TENANT));

        assertThat(Principal.read(token))
                .isEqualTo(new Principal(Principal.Type.USER, "anna@contoso.com", null, OBJECT, TENANT, null, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"upn", "preferred_username", "unique_name", "email"})
    void read_ofAUsersToken_takesWhicheverNameThereIs(String claim) {
        Principal principal = Principal.read(Tokens.jwt(Map.of(claim, "live.com#anna@example.com")));

        assertThat(principal.type()).isEqualTo(Principal.Type.USER);
        assertThat(principal.userPrincipalName()).hasValue("live.com#anna@example.com");
    }

    @Test
    void read_ofAnAppsTokenOfVersion1_isTheApp() {
        String token = Tokens.jwt(Map.of("ver", "1.0", "appid", APP, "oid", OBJECT, "tid", TENANT, "idtyp", "app"));

        assertThat(Principal.read(token))
                .isEqualTo(new Principal(Principal.Type.APP, null, APP, OBJECT, TENANT, null, null));
    }

    @Test
    void read_ofAnAgentIdentitysToken_hasItsBlueprint() {
        Principal agent = Principal.read(Tokens.jwt(
                Map.of("appid", APP, "oid", APP, "tid", TENANT, "idtyp", "app", "xms_par_app_azp", "blueprint")));

        assertThat(agent).isEqualTo(new Principal(Principal.Type.APP, null, APP, APP, TENANT, null, "blueprint"));
        assertThat(agent)
                .hasToString("Agent " + APP + ", blueprint blueprint, object ID " + APP + ", tenant " + TENANT);
    }

    @Test
    void read_ofAUsersTokenThatAnAgentIdentityGot_hasBoth() {
        Principal user = Principal.read(Tokens.jwt(Map.of(
                "upn", "anna@contoso.com", "appid", APP, "oid", OBJECT, "idtyp", "user", "xms_par_app_azp", "b")));

        assertThat(user.type()).isEqualTo(Principal.Type.USER);
        assertThat(user.appId()).hasValue(APP);
        assertThat(user.blueprintId()).hasValue("b");
        assertThat(user).hasToString("User anna@contoso.com, agent " + APP + ", blueprint b, object ID " + OBJECT);
    }

    @Test
    void read_ofAnAppsTokenOfVersion2WithoutAKind_isTheApp() {
        String token = Tokens.jwt(Map.of("ver", "2.0", "azp", APP, "oid", OBJECT, "tid", TENANT));

        assertThat(Principal.read(token))
                .isEqualTo(new Principal(Principal.Type.APP, null, APP, OBJECT, TENANT, null, null));
    }

    @Test
    void read_whenTheTokenSaysItsKind_believesItMoreThanTheNames() {
        Principal app = Principal.read(Tokens.jwt(Map.of("idtyp", "app", "upn", "odd", "appid", APP)));
        Principal user = Principal.read(Tokens.jwt(Map.of("idtyp", "user", "oid", OBJECT, "appid", APP)));

        assertThat(app).isEqualTo(new Principal(Principal.Type.APP, null, APP, null, null, null, null));
        assertThat(user).isEqualTo(new Principal(Principal.Type.USER, null, null, OBJECT, null, null, null));
    }

    @Test
    void read_whenClaimsAreOfOtherTypes_passesThemOver() {
        Principal principal = Principal.read(
                Tokens.jwtOf(
                        "{\"upn\":5,\"preferred_username\":\"\",\"unique_name\":null,\"email\":\"anna@contoso.com\",\"oid\":[]}"));

        assertThat(principal)
                .isEqualTo(new Principal(Principal.Type.USER, "anna@contoso.com", null, null, null, null, null));
    }

    @Test
    void read_ofNamesOutsideAscii_keepsThem() {
        Principal principal = Principal.read(Tokens.jwt(Map.of("upn", "j\u00f6rg\ud83d\ude00@contoso.com")));

        assertThat(principal.userPrincipalName()).hasValue("j\u00f6rg\ud83d\ude00@contoso.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\u001b[2J", "\\u0007", "\\r\\n", "\u0085", "\u202e", "\u2028"})
    void read_ofANameThatWritesOnATerminalOrTurnsIt_passesItOver(String hidden) {
        Principal principal = Principal.read(Tokens.jwt(Map.of("upn", "a" + hidden + "b", "email", "c@contoso.com")));

        assertThat(principal.userPrincipalName()).hasValue("c@contoso.com");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "...",
                "opaque",
                "EwBwA8l6BAAU",
                "a.b",
                "a.b.c",
                "a.!!!.c",
                "a.e30=.c.d",
                "a.e30.c",
                "a.W10.c",
                "a.bnVsbA.c",
                "a.eyJ1cG4iOiJh.c",
                "a..c",
            })
    void read_ofAnOpaqueOrBrokenToken_isNull(String token) {
        assertThat(Principal.read(token)).isNull();
    }

    @Test
    void read_whenClaimsNameNobody_isNull() {
        assertThat(Principal.read(Tokens.jwt(Map.of("aud", "https://storage.azure.com", "tid", TENANT))))
                .isNull();
    }

    @Test
    void toString_ofAPrincipal_tellsTheKnownParts() {
        assertThat(new Principal(Principal.Type.USER, "anna@contoso.com", null, OBJECT, TENANT, null, null))
                .hasToString("User anna@contoso.com, object ID " + OBJECT + ", tenant " + TENANT);
        assertThat(new Principal(Principal.Type.APP, null, APP, null, null, "AB12", null))
                .hasToString("App " + APP + ", certificate AB12");
        assertThat(new Principal(Principal.Type.APP, null, null, null, null, null, null))
                .hasToString("App");
    }
}
