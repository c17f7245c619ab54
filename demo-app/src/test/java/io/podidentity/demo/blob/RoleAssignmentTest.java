package io.podidentity.demo.blob;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.Principal;
import org.junit.jupiter.api.Test;

class RoleAssignmentTest {
    private static final StorageAccount ACCOUNT = StorageAccount.at("https://contoso.blob.core.windows.net");

    @Test
    void command_forAUser_isComplete() {
        Principal anna =
                Principal.user("anna@contoso.com").withObjectId("1111-2222").withTenantId("3333");

        assertThat(RoleAssignment.command(anna, ACCOUNT, "samples"))
                .isEqualTo("az role assignment create --assignee-object-id 1111-2222 --assignee-principal-type User"
                        + " --role \"Storage Blob Data Reader\" --scope \"$(az storage account show --name contoso"
                        + " --query id --output tsv)/blobServices/default/containers/samples\"");
    }

    @Test
    void command_withUnknownOrHostileParts_hasPlaceholders() {
        Principal hostile = Principal.app(null).withObjectId("$(reboot)");

        assertThat(RoleAssignment.command(hostile, ACCOUNT, "a\"; reboot"))
                .contains("--assignee-object-id OBJECT_ID ", "/containers/CONTAINER\"")
                .doesNotContain("reboot");
        assertThat(RoleAssignment.command(null, ACCOUNT, "samples")).contains("--assignee-object-id OBJECT_ID ");
    }
}
