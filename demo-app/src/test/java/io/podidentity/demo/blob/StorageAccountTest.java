package io.podidentity.demo.blob;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StorageAccountTest {

    @ParameterizedTest
    @CsvSource({
        "https://contoso.blob.core.windows.net, contoso, contoso.blob.core.windows.net",
        "https://contoso.blob.core.windows.net/, contoso, contoso.blob.core.windows.net",
        "https://contoso.blob.core.chinacloudapi.cn, contoso, contoso.blob.core.chinacloudapi.cn",
        "https://127.0.0.1:10000/devstoreaccount1, devstoreaccount1, 127.0.0.1:10000",
        "https://blobs.contoso.com, blobs, blobs.contoso.com"
    })
    void at_aBlobEndpoint_knowsNameAndHost(String endpoint, String name, String host) {
        assertThat(StorageAccount.at(endpoint)).isEqualTo(new StorageAccount(endpoint, host, name, true));
        assertThat(StorageAccount.at(endpoint).isHttps()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "contoso", "https://", "https:// $(rm -rf)", "http://contoso.blob.core.windows.net"})
    void isHttps_ofAnythingElse_isFalse(String endpoint) {
        assertThat(StorageAccount.at(endpoint).isHttps()).isFalse();
    }

    @Test
    void name_thatWouldMeanSomethingToAShell_isAPlaceholder() {
        assertThat(StorageAccount.at("https://127.0.0.1/$(reboot)").name()).isEqualTo("ACCOUNT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://contoso.blob.core.windows.net/?sv=2024&sig=s3cret",
                "https://contoso.blob.core.windows.net/#s3cret",
                "https://anna:s3cret@contoso.blob.core.windows.net/",
                "contoso?sig=s3cret"
            })
    void at_anEndpointWithASecret_forgetsIt(String endpoint) {
        StorageAccount account = StorageAccount.at(endpoint);

        assertThat(account.plain()).isFalse();
        assertThat(account).asString().contains("contoso").doesNotContain("s3cret");
    }
}
