package io.podidentity.tokenprovider.internal.entra;

/** What to do about a refusal of Entra ID, by its number. */
final class EntraRemedy {
    private static final String CREDENTIAL = "of the federated credential with the token's, letter by letter";
    private static final String FRESH = "; a new one takes some minutes to be known.";

    private EntraRemedy() {}

    static String of(int aadsts) {
        return switch (aadsts) {
            case 70021 -> "Compare issuer, subject and audience " + CREDENTIAL + FRESH;
            case 700211 ->
                "Compare the issuer " + CREDENTIAL + ", the slash at its end included: 'az aks show --query"
                        + " oidcIssuerProfile.issuerUrl'" + FRESH;
            case 700212 ->
                "Compare the audience " + CREDENTIAL + ": api://AzureADTokenExchange unless set otherwise" + FRESH;
            case 700213 ->
                "Compare the subject " + CREDENTIAL + ": system:serviceaccount:NAMESPACE:SERVICEACCOUNT" + FRESH;
            case 7002138 ->
                "Write the subject of the federated credential in the token's very letters; capitals count, also in the"
                        + " names of a namespace, a repository or an environment.";
            case 700016 -> "Check client ID and tenant" + FRESH;
            case 700024 -> "Compare this machine's clock; the assertion is not valid now.";
            case 90061 -> "Make the issuer's /.well-known/openid-configuration reachable from the internet.";
            case 7000215 -> "Set the secret's value, not its ID; 'az ad app credential reset' makes a new one.";
            case 7000222 -> "Make a new secret by 'az ad app credential reset'.";
            case 700027, 1000502 ->
                "Add the certificate to the application by 'az ad app credential reset --cert', or renew it.";
            case 700023 -> "Check the authority host: the assertion was made for another one.";
            case 90002, 900023, 50128 -> "Check the tenant.";
            case 500011 -> "Check the resource's spelling; a slash at its end counts.";
            case 53003 -> "A Conditional Access policy says no; the tenant's sign-in log names it.";
            default -> "";
        };
    }
}
