// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FmiPathTest {

    private static final String AGENT = "0a0df95c-728a-44b9-af60-f214343332b6";

    /** The subject of a token that was published, of a real tenant. */
    @Test
    void subject_ofGuids_isThatOfEntra() {
        var path = new FmiPath("323626f5-1bfe-48cd-8902-ddfdfd44e1ce", "e8c058ec-3ac5-4086-b58d-bd731d7bae4f", AGENT);

        assertThat(path.subject()).isEqualTo("/eid1/c/pub/t/9SY2Mv4bzUiJAt39_UThzg/a/7FjA6MU6hkC1jb1zHXuuTw/" + AGENT);
    }

    @Test
    void subject_ofATenantNamedByItsDomain_differsFromThatOfOthers() {
        assertThat(new FmiPath("contoso.example", "blueprint", AGENT).subject())
                .isEqualTo("/eid1/c/pub/t/Y29udG9zby5leGFtcGxl/a/Ymx1ZXByaW50/" + AGENT)
                .matches(FmiPath::isSubject);
    }

    @Test
    void isSubject_ofAServiceAccount_isFalse() {
        assertThat(FmiPath.isSubject("system:serviceaccount:demo:demo")).isFalse();
    }
}
