package io.podidentity.demo.blob;

import io.podidentity.tokenprovider.Principal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The command that allows a principal to read the blobs of one container, complete and ready to run. */
final class RoleAssignment {
    /** Text that needs no quoting in any shell. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9-]+");

    private RoleAssignment() {}

    static String command(@Nullable Principal principal, StorageAccount account, String container) {
        String type = principal != null && principal.type() == Principal.Type.USER ? "User" : "ServicePrincipal";
        return "az role assignment create --assignee-object-id " + plain(objectId(principal), "OBJECT_ID")
                + " --assignee-principal-type " + type
                + " --role \"Storage Blob Data Reader\""
                + " --scope \"$(az storage account show --name " + account.name() + " --query id --output tsv)"
                + "/blobServices/default/containers/" + plain(container, "CONTAINER") + "\"";
    }

    private static @Nullable String objectId(@Nullable Principal principal) {
        return principal == null ? null : principal.objectId().orElse(null);
    }

    /** The value, or a placeholder if it is unknown or has a special meaning in a shell. */
    private static String plain(@Nullable String value, String placeholder) {
        return value != null && PLAIN.matcher(value).matches() ? value : placeholder;
    }
}
