// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourceIdTest {

    @ParameterizedTest
    @CsvSource({
        "/subscriptions/s/resourceGroups/g, microsoft.resources/resourcegroups, /subscriptions/s, false",
        "/subscriptions/s/resourceGroups/g/providers/N.S/accounts/a, n.s/accounts, /subscriptions/s/resourceGroups/g, false",
        "/subscriptions/s/resourceGroups/g/providers/N.S/a/1/b/2, n.s/a/b, /subscriptions/s/resourceGroups/g/providers/N.S/a/1, false",
        "/subscriptions/s/providers/A/b/c/providers/Q/r/t, q/r, /subscriptions/s/providers/A/b/c, false",
        "/subscriptions/s/resourceGroups/g/providers/N.S/accounts, n.s/accounts, , true",
        "/subscriptions/s/resourceGroups/g/providers/N.S/a/1/listKeys, n.s/a/listkeys, , true"
    })
    void parse_always_knowsTypeAndParent(String path, String type, String parent, boolean collection) {
        ResourceId id = ResourceId.parse(path);

        assertThat(id.type()).isEqualTo(type);
        assertThat(id.isCollection()).isEqualTo(collection);
        if (!collection) {
            assertThat(id.parent().text()).isEqualTo(parent);
        }
    }
}
