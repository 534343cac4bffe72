//! Shards, put together.

use std::collections::BTreeMap;

use super::{About, Error, Shard, Share, misfit};

/// Puts the shards of one capture together; each comes with the folder where it was found, for messages.
///
/// # Errors
/// Shares of different captures, a shard that is missing or there twice.
pub fn merge(shares: Vec<(String, Share)>) -> Result<Share, Error> {
    let mut shards: BTreeMap<Shard, (String, Share)> = BTreeMap::new();
    let mut first: Option<(String, About)> = None;
    let count = shares.len();
    for (folder, share) in shares {
        if let Some((other, about)) = &first {
            fits(about, other, &share.about, &folder)?;
        }
        let shard = match &share.about.shard {
            Some(shard) => shard
                .parse()
                .map_err(|error| misfit(format!("{folder}: {error}")))?,
            None if count == 1 => return Ok(share),
            None => {
                return Err(misfit(format!("{folder} is a whole capture, no shard"))
                    .with_help("name the folders of the shards alone"));
            }
        };
        first.get_or_insert_with(|| (folder.clone(), share.about.clone()));
        if let Some((other, _)) = shards.get(&shard) {
            let message = format!("{other} and {folder} are both shard {shard}");
            return Err(misfit(message).with_help("name each shard once"));
        }
        shards.insert(shard, (folder, share));
    }
    let Some((_, mut about)) = first else {
        return Err(misfit("there is nothing to put together"));
    };
    all_there(&shards)?;
    about.shard = None;
    about.stopped = None;
    let mut whole = Share {
        about,
        fixtures: None,
        scenarios: BTreeMap::new(),
    };
    for (folder, share) in shards.into_values() {
        let Share {
            about,
            fixtures,
            scenarios,
        } = share;
        whole.about.stopped = whole.about.stopped.or(about.stopped);
        // Every shard that ran a scenario ran them: the first one counts, unless another one's failed.
        let so_far = whole.fixtures.as_ref();
        if so_far.is_none_or(|so_far| so_far.is_done())
            && let Some(fixtures) = fixtures
            && (so_far.is_none() || !fixtures.is_done())
        {
            whole.fixtures = Some(fixtures);
        }
        for (ident, scenario) in scenarios {
            if whole.scenarios.contains_key(&ident) {
                let message = format!("{folder} holds {ident}, and so does another shard");
                return Err(misfit(message).with_help("capture all shards anew"));
            }
            whole.scenarios.insert(ident, scenario);
        }
    }
    if whole.about.stopped.is_none() {
        whole.complete()?;
    }
    Ok(whole)
}

/// That two shares are of one capture.
fn fits(one: &About, folder: &str, other: &About, other_folder: &str) -> Result<(), Error> {
    let differ = |what: &str| {
        let message = format!("{folder} and {other_folder} were captured from different {what}");
        Err(misfit(message).with_help("capture all shards from one revision, in the same way"))
    };
    if one.digest != other.digest {
        return differ("scenarios or settings");
    }
    if one.environment != other.environment {
        return differ("environments");
    }
    if one.scenarios != other.scenarios || one.only != other.only || one.skip != other.skip {
        return differ("selections of scenarios");
    }
    Ok(())
}

/// That every shard is there.
fn all_there(shards: &BTreeMap<Shard, (String, Share)>) -> Result<(), Error> {
    let mut numbers: Vec<_> = shards.keys().map(|shard| shard.of).collect();
    numbers.dedup();
    let [of] = numbers.as_slice() else {
        let told: Vec<_> = shards.keys().map(ToString::to_string).collect();
        let message = format!(
            "the shards are parts of different wholes: {}",
            told.join(", ")
        );
        return Err(misfit(message).with_help("capture all shards with the same number of them"));
    };
    let missing: Vec<_> = (1..=*of)
        .map(|index| Shard { index, of: *of })
        .filter(|shard| !shards.contains_key(shard))
        .map(|shard| shard.to_string())
        .collect();
    match missing.as_slice() {
        [] => Ok(()),
        [one] => Err(misfit(format!("shard {one} is missing"))),
        several => Err(misfit(format!("shards {} are missing", several.join(", ")))),
    }
    .map_err(|error| error.with_help("name the folders of all shards"))
}
