package io.podidentity.tokenprovider;

/** A client secret as the proof. */
final class ClientSecret implements EntraCredential {
    private final Secret secret;

    ClientSecret(Secret secret) {
        this.secret = secret;
    }

    @Override
    public EntraAnswer signIn(EntraSession session) throws InterruptedException {
        return session.present(EntraProof.ofSecret(secret));
    }
}
