// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NoProxyTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* | login.example | 443",
                "login.example | login.example | 443",
                "LOGIN.example | login.EXAMPLE | 443",
                "example | login.example | 443",
                ".example | login.example | 443",
                "*.example | login.example | 443",
                "other, .example | login.example | 443",
                "other .example | login.example | 443",
                "login.example:8443 | login.example | 8443",
                "10.0.0.0/8 | 10.255.0.1 | 443",
                "10.0.0.0/9 | 10.127.0.1 | 443",
                "0.0.0.0/0 | 8.8.8.8 | 443",
                "10.1.2.3/32 | 10.1.2.3 | 443",
                "10.1.2.3 | 10.1.2.3 | 443",
                "10.1.2.3:443 | 10.1.2.3 | 443",
                "fd00::/8 | fd12::1 | 443",
                "fd12::1 | fd12:0:0::1 | 443",
                "[fd12::1]:443 | fd12::1 | 443",
            })
    void has_whatTheListNames_isSo(String list, String host, int port) {
        assertThat(NoProxy.parse(list).matches(host, port)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | login.example | 443",
                "gin.example | login.example | 443",
                "login.example | other.login2.example | 443",
                "login.example:8443 | login.example | 443",
                "10.0.0.0/8 | 11.0.0.1 | 443",
                "10.0.0.0/9 | 10.128.0.1 | 443",
                "10.0.0.0/8 | login.example | 443",
                "10.0.0.0/33 | 10.0.0.1 | 443",
                "10.0.0.0/x | 10.0.0.1 | 443",
                "10.0.0.0/ | 10.0.0.1 | 443",
                "10.1.2.3 | 10.1.2.4 | 443",
                "fd00::/8 | 10.1.2.3 | 443",
                "fd12::1 | fd12::2 | 443",
                ". | login.example | 443",
            })
    void has_whatTheListDoesNotName_isNotSo(String list, String host, int port) {
        assertThat(NoProxy.parse(list).matches(host, port)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST",
                "a.localhost",
                "127.0.0.1",
                "127.9.9.9",
                "::1",
                "169.254.169.254",
                "fe80::1"
            })
    void isNear_ofThisMachineAndItsLink_isSo(String host) {
        assertThat(NoProxy.isNear(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"login.microsoftonline.com", "10.0.0.1", "fd00::1", "localhost.example", "127.example"})
    void isNear_ofAnythingElse_isNotSo(String host) {
        assertThat(NoProxy.isNear(host)).isFalse();
    }
}
