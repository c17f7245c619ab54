package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The part of the default chain that {@code AZURE_TOKEN_CREDENTIALS} selects: {@code dev}, {@code prod} or the name of one
 * credential of the Azure SDK, upper or lower case. One that is selected by its name is meant: it is there whether it is
 * announced or not, and the metadata service is asked without a probe.
 */
final class SelectedSources {
    private static final String VARIABLE = "AZURE_TOKEN_CREDENTIALS";

    private final DefaultSources all;

    SelectedSources(DefaultSources all) {
        this.all = all;
    }

    /**
     * The selected sources.
     *
     * @throws IllegalArgumentException if the variable names none
     */
    List<TokenSource> of(String selection) {
        return switch (selection.toLowerCase(Locale.ROOT)) {
            case "dev" ->
                List.of(all.later("Azure CLI"), all.later("Azure Developer CLI"), all.later("Azure PowerShell"));
            case "prod" -> deployed();
            case "environmentcredential" -> List.of(all.application());
            case "workloadidentitycredential" -> List.of(all.workloadIdentity());
            case "managedidentitycredential" -> List.of(all.managedIdentity(false));
            case "azureclicredential" -> List.of(all.later("Azure CLI"));
            case "azuredeveloperclicredential" -> List.of(all.later("Azure Developer CLI"));
            case "azurepowershellcredential" -> List.of(all.later("Azure PowerShell"));
            case "intellijcredential",
                    "visualstudiocredential",
                    "visualstudiocodecredential",
                    "interactivebrowsercredential",
                    "brokercredential" ->
                throw refused(selection, "which is a sign-in of the Azure SDK that is not here");
            default -> throw refused(selection, "which names no source");
        };
    }

    private List<TokenSource> deployed() {
        List<TokenSource> sources = new ArrayList<>();
        all.addApplications(sources);
        sources.add(all.managedIdentity(!all.saysAzure()));
        return sources;
    }

    private static IllegalArgumentException refused(String selection, String why) {
        return new IllegalArgumentException(VARIABLE + " is " + Excerpt.of(selection, 60) + ", " + why
                + ". Set it to dev, prod, EnvironmentCredential, WorkloadIdentityCredential, ManagedIdentityCredential,"
                + " AzureCliCredential, AzureDeveloperCliCredential or AzurePowerShellCredential.");
    }
}
