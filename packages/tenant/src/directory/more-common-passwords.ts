// Data: common passwords and words used in them, in lower case, that the list of @zxcvbn-ts/language-common lacks.
export const morePasswords =
  "010203040 11111112 1234567654321 159753159 2468101214 24682468 2fast2furious 42042069 4everyoung 52013145 " +
  "5201314520 5201314a 55555333 852456123 86753090 8675309a 87654312 aa12345678 aaa111aaa abc123xyz " +
  "abcabc123 abdallah accessdenied adgangskode amoreterno bartosz1 benvenuto bestfriends bienvenido " +
  "bienvenidos bienvenue bitcoin bmw12345 changepassword changethis coca-cola contrasenia contraseña " +
  "coronavirus correcthorse correcthorsebatterystaple covid defaultpassword dogecoin doorcode doudou12 " +
  "ethereum ewq321ewq foreverlove fortnite forzainter forzamilan fruehling godislord gymnastics hahaha123 " +
  "harleydavidson hello2you ichliebedich instagram jesuslives katarzyna letme linkedin login logmein1 " +
  "love2love loveislove lösenord mama manchesterunited marshmallow mercedesbenz michaeljordan mon1amour " +
  "mysql newyorkcity neymar noneofyourbusiness onedirection p@55w0rd p@ssword pa$$word papa passworts " +
  "poiuyt12 postgres princesita puppylove quarantine qwe12345 qwer qwertz rangersfc roblox skateboarding " +
  "snowboarding superuser taylorswift teamobre teamomucho teams123 tequieromucho thequickbrownfox thx11381 " +
  "tiamo123 toortoor tothemoon trabzonspor twitter ubuntu whitetiger willkommen xyz zaq1zaq1 zxcvzxcv";
