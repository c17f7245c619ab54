// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StorageAccountTest {
    private static final StorageAccount CONTOSO = StorageAccount.at("https://contoso.blob.core.windows.net");

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

    @Test
    void roleAssignment_ofAUser_isComplete() {
        Principal anna =
                Principal.user("anna@contoso.com").withObjectId("1111-2222").withTenantId("3333");

        assertThat(CONTOSO.roleAssignment(anna, "samples"))
                .isEqualTo("az role assignment create --assignee-object-id 1111-2222 --assignee-principal-type User"
                        + " --role \"Storage Blob Data Reader\" --scope \"$(az storage account show --name contoso"
                        + " --query id --output tsv)/blobServices/default/containers/samples\"");
    }

    @Test
    void roleAssignment_withUnknownOrHostileParts_hasPlaceholders() {
        Principal hostile = Principal.app(null).withObjectId("$(reboot)");

        assertThat(CONTOSO.roleAssignment(hostile, "a\"; reboot"))
                .contains("--assignee-object-id OBJECT_ID ", "/containers/CONTAINER\"")
                .doesNotContain("reboot");
        assertThat(CONTOSO.roleAssignment(null, "samples")).contains("--assignee-object-id OBJECT_ID ");
    }
}
